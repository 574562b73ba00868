// Messages through tables and parity checks.
#include <algorithm>
#include <cmath>
#include <limits>

#include "backend/c/texts/text.hpp"
#include "program/attributes.hpp"
#include "program/operations.hpp"
#include "unfurl/error.hpp"

namespace unfurl::c {

namespace {

constexpr double nothing = -std::numeric_limits<double>::infinity();

// The sum over the others of a state holds the largest term, but for the state that has it: there it is a sum of its own. So
// nothing cancels, and nothing over- or underflows.
std::vector<Text> potts_message(const Site& site) {
  return {{fill(R"(for (int r = 0; r < $R; ++r)
  for (int l = 0; l < $n; ++l) {
    const real coupling = $a[0, r, l];
    real top = -INFINITY, second = -INFINITY, others = 0, rest = 0;
    int best = 0;
    for (int p = 0; p < $P; ++p) {
      const real x = $b[p, r, l];
      if (x > top) second = top, top = x, best = p;
      else if (x > second) second = x;
    }
    if (top < -MOST) {
      for (int p = 0; p < $P; ++p) $o[p, r, l] = -INFINITY;
      continue;
    }
    for (int p = 0; p < $P; ++p) {
      const real e = EXP($b[p, r, l] - top);
      $o[p, r, l] = e;
      if (p != best) others += e;
      if (p != best && second >= -MOST) rest += EXP($b[p, r, l] - second);
    }
    for (int p = 0; p < $P; ++p) {
      const real own = coupling + $b[p, r, l], over = own - top;
      const real sum = R(1.0) + (others - $o[p, r, l]);
      if (p == best) $o[p, r, l] = log_add(second < -MOST ? -INFINITY : second + LOG(rest), own);
      else if (over <= 0) $o[p, r, l] = top + LOG(sum + EXP(over));
      else $o[p, r, l] = own + LOG1P(sum * EXP(-over));
    }
  }
)",
                site)}};
}

/// The table of every row, [result][message]: as it is, or where no entry is far below the largest of its result as the
/// exponentials of what they lie apart.
struct LogTable {
  LogTable(const Array& table, int in, int out, bool transpose) {
    const auto rows = static_cast<std::size_t>(table.uniform ? 1 : table.type.rows);
    const auto entry = [&](int plane, std::size_t row) {
      return (*table.numbers)[table.uniform ? 0 : static_cast<std::size_t>(plane) * rows + row];
    };
    for (std::size_t r = 0; r < rows; ++r)
      for (int i = 0; i < out; ++i) {
        double top = nothing, least = -nothing;
        for (int j = 0; j < in; ++j) {
          logs.push_back(entry(transpose ? j * out + i : i * in + j, r));
          top = std::max(top, logs.back()), least = std::min(least, logs.back());
        }
        narrow = narrow && top - least < 50 && std::isfinite(top);
        tops.push_back(top);
        for (std::size_t j = logs.size() - static_cast<std::size_t>(in); j < logs.size(); ++j)
          shares.push_back(std::exp(logs[j] - top));
      }
    shared = rows == 1;
  }
  std::vector<double> logs, shares, tops;
  bool narrow = true, shared = false;
};

// Sums of products of exponentials: they are at least as large as the largest message's share.
constexpr char narrow_table_message[] = R"(for (int r = 0; r < $R; ++r)
  for (int l = 0; l < $n; ++l) {
    real top = -INFINITY;
    for (int j = 0; j < $bP; ++j) top = larger($b[j, r, l], top);
    if (top < -MOST) top = 0;
    for (int j = 0; j < $bP; ++j) w[j] = EXP($b[j, r, l] - top);
    for (int i = 0; i < $P; ++i) {
      const real *share = shares + $first + i * $bP;
      real sum = 0;
      for (int j = 0; j < $bP; ++j) sum += share[j] * w[j];
      $o[i, r, l] = LOG(sum) + (top + tops[$firstTop + i]);
    }
  }
)";

constexpr char wide_table_message[] = R"(for (int r = 0; r < $R; ++r)
  for (int l = 0; l < $n; ++l)
    for (int i = 0; i < $P; ++i) {
      const real *entry = logs + $first + i * $bP;
      real top = -INFINITY, sum = 0;
      for (int j = 0; j < $bP; ++j) top = larger(entry[j] + $b[j, r, l], top);
      if (FABS(top) <= MOST) {
        for (int j = 0; j < $bP; ++j) sum += EXP(entry[j] + $b[j, r, l] - top);
        top += LOG(sum);
      }
      $o[i, r, l] = top;
    }
)";

std::vector<Text> table_message(const Site& site) {
  const int in = site.in[1].type.planes, out = site.out.type.planes;
  const LogTable table(site.in[0], in, out, site.attributes.as<ir::TableMessage>().transpose);
  const Keys keys = {{"first", table.shared ? "0" : "r * " + text_of(in * out)},
                     {"firstTop", table.shared ? "0" : "r * " + text_of(out)}};
  Text text{fill(table.narrow ? narrow_table_message : wide_table_message, site, keys)};
  if (table.narrow)
    text.numbers = {{"shares", table.shares}, {"tops", table.tops}},
    text.scratch = static_cast<std::size_t>(in);
  else
    text.numbers = {{"logs", table.logs}};
  return {text};
}

/// Shares exp(table + message - result) are at most 1; where the result is -inf nothing passes.
std::vector<Text> table_pull(const Site& site) {
  const bool transpose = site.attributes.as<ir::TableMessage>().transpose;
  const std::string of_table = transpose ? "p * " + text_of(site.in[2].type.planes) + " + i"
                                         : "i * " + text_of(site.in[1].type.planes) + " + p";
  return {{fill(R"(for (int p = 0; p < $P; ++p)
  for (int r = 0; r < $R; ++r)
    for (int l = 0; l < $n; ++l) {
      real sum = 0;
      for (int i = 0; i < $cP; ++i)
        if ($c[i, r, l] >= -MOST) sum += EXP($a[$plane, r, 0] + $b[p, r, l] - $c[i, r, l]) * $d[i, r, l];
      $o[p, r, l] = sum;
    }
)",
                site, {{"plane", of_table}})}};
}

/// Table entries plus what the message says, of which the larger part is 0.
std::string joint(const Site& site) {
  const auto& a = site.attributes.as<ir::PairMessage>();
  std::string body =
      "    const real m = $b[0, r, l], said0 = m > 0 ? -m : R(0.0), said1 = m > 0 ? R(0.0) : m;\n";
  for (int i : {0, 1})
    for (int j : {0, 1})
      body += "    const real x" + text_of(i) + text_of(j) + " = $a[" + text_of(a.plane(i, j)) +
              ", r, l] + said" + text_of(j) + ";\n";
  return "for (int r = 0; r < $R; ++r)\n  for (int l = 0; l < $n; ++l) {\n" + body;
}

std::vector<Text> pair_message(const Site& site) {
  const bool maximise = site.attributes.as<ir::PairMessage>().maximise;
  return {{fill(joint(site) +
                    (maximise ? "    $o[0, r, l] = larger(x10, x11) - larger(x00, x01);\n"
                              : R"(    $o[0, r, l] = (larger(x10, x11) - larger(x00, x01)) +
        LOG((R(1.0) + smaller_share(x10, x11)) / (R(1.0) + smaller_share(x00, x01)));
)") + "  }\n",
                site)}};
}

std::vector<Text> pair_shares(const Site& site) {
  const auto& a = site.attributes.as<ir::PairMessage>();
  std::string body = joint(site);
  for (int i : {0, 1}) {
    const std::string first = "x" + text_of(i) + "0", second = "x" + text_of(i) + "1";
    const std::string other = a.maximise ? detail::cat(first, " == ", second, " ? R(1.0) : R(0.0)")
                                         : detail::cat("smaller_share(", first, ", ", second, ")");
    const std::string small = "small" + text_of(i), none = "none" + text_of(i);
    body += detail::cat("    const real ", small, " = ", other, ";\n    const int ", none, " = ", first,
                        " < -MOST && ", second, " < -MOST;\n");
    for (int j : {0, 1})
      body += detail::cat("    $o[", text_of(a.plane(i, j)), ", r, l] = ", none, " ? R(0.0) : (", first,
                          j == 0 ? " < " : " >= ", second, " ? ", small, " : R(1.0)) / (R(1.0) + ", small,
                          ");\n");
  }
  return {{fill(body + "  }\n", site)}};
}

std::vector<Text> parity_messages(const Site& site) {
  const int factors = site.attributes.as<ir::SlotRows>().factors;
  const int slots = site.out.type.rows / factors, columns = factors * site.samples;
  Text text{fill("for (int i = 0; i < $columns; ++i) parity_column(o + i, a + i, $columns, $slots, w);\n",
                 site, {{"columns", text_of(columns)}, {"slots", text_of(slots)}})};
  text.scratch = static_cast<std::size_t>(slots) * 5;
  return {text};
}

}  // namespace

const Writers& message_writers() {
  using namespace ir;
  static const Writers table = {
      {&ops::potts_message, potts_message}, {&ops::table_message, table_message},
      {&ops::table_pull, table_pull},       {&ops::pair_message, pair_message},
      {&ops::pair_shares, pair_shares},     {&ops::parity_messages, parity_messages},
  };
  return table;
}

}  // namespace unfurl::c
