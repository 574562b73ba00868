// Moving and adding rows, and sums over planes and rows.
#include "backend/c/texts/text.hpp"
#include "program/attributes.hpp"
#include "program/operations.hpp"

namespace unfurl::c {

namespace {

const ir::IndexTable& index_of(const Site& site) { return *site.attributes.as<ir::Indexed>().index; }

std::vector<Text> gather(const Site& site) {
  return {{fill(R"(for (int p = 0; p < $P; ++p)
  for (int r = 0; r < $R; ++r)
    for (int l = 0; l < $n; ++l) $o[p, r, l] = $a[p, target[r], l];
)",
                site),
           {{"target", index_of(site).target}}}};
}

std::vector<Text> segment_sum(const Site& site) {
  return {{fill(R"(for (int p = 0; p < $P; ++p)
  for (int r = 0; r < $R; ++r) {
    for (int l = 0; l < $n; ++l) $o[p, r, l] = 0;
    for (int i = begin[r]; i < begin[r + 1]; ++i)
      for (int l = 0; l < $n; ++l) $o[p, r, l] += $a[p, member[i], l];
  }
)",
                site),
           {{"begin", index_of(site).offsets}, {"member", index_of(site).members}}}};
}

/// Rows of operand `which`, from `from` on, as `count` rows of the result from `to` on.
Text copy(const Site& site, std::size_t which, int from, int to, int count) {
  Site part = site;
  part.in = {site.in[which]};
  part.in[0].name = "a";
  Text text{fill(R"(for (int p = 0; p < $P; ++p)
  for (int r = 0; r < $count; ++r)
    for (int l = 0; l < $n; ++l) $o[p, r, l] = $a[p, $from, l];
)",
                 part, {{"count", text_of(count)}, {"from", from == 0 ? "r" : "r + " + text_of(from)}})};
  text.reads = {{which, "a"}};
  text.offset = static_cast<std::size_t>(to);
  text.source = static_cast<std::size_t>(from);
  text.copies = site.out.type.planes == 1;
  return text;
}

std::vector<Text> slice(const Site& site) {
  const ir::Rows& rows = site.attributes.as<ir::Rows>();
  return {copy(site, 0, rows.begin, 0, rows.count)};
}

std::vector<Text> concatenation(const Site& site) {
  std::vector<Text> parts;
  int begin = 0;
  for (std::size_t i = 0; i < site.in.size(); ++i) {
    parts.push_back(copy(site, i, 0, begin, site.in[i].type.rows));
    begin += site.in[i].type.rows;
  }
  return parts;
}

std::vector<Text> neighbour_sum(const Site& site) {
  const auto& [from, to] = site.attributes.as<ir::Neighbours>();
  std::vector<int> source;
  for (const int entry : to->members) source.push_back(from->target[static_cast<std::size_t>(entry)]);
  return {{fill(R"(for (int p = 0; p < $P; ++p)
  for (int r = 0; r < $R; ++r) {
    for (int l = 0; l < $n; ++l) $o[p, r, l] = 0;
    for (int i = begin[r]; i < begin[r + 1]; ++i)
      for (int l = 0; l < $n; ++l) $o[p, r, l] += $a[p, source[i], l];
  }
)",
                site),
           {{"begin", to->offsets}, {"source", std::move(source)}}}};
}

std::vector<Text> pad(const Site& site) {
  const int begin = site.attributes.as<ir::Rows>().begin;
  return {{fill(R"(for (int p = 0; p < $P; ++p)
  for (int r = 0; r < $R; ++r)
    for (int l = 0; l < $n; ++l)
      $o[p, r, l] = r >= $begin && r < $end ? $a[p, (r - $begin), l] : R(0.0);
)",
                site, {{"begin", text_of(begin)}, {"end", text_of(begin + site.in[0].type.rows)}})}};
}

std::vector<Text> reshape(const Site& site) {
  return {{fill(R"(for (int i = 0; i < $size; ++i) o[i] = a[i];
)",
                site, {{"size", text_of(static_cast<int>(site.out.type.size()) * site.samples)}})}};
}

std::vector<Text> sum_to(const Site& site) {
  return {{fill(R"(for (int i = 0; i < $size; ++i) o[i] = 0;
for (int p = 0; p < $aP; ++p)
  for (int r = 0; r < $aR; ++r)
    for (int l = 0; l < $n; ++l) $o[p, r, l] += $a[p, r, l];
)",
                site, {{"size", text_of(static_cast<int>(site.out.type.size()) * site.samples)}})}};
}

// Prefix and suffix sums over the edges of a variable, never "total minus own": exact with -inf among the messages.
std::vector<Text> exclusive_sum(const Site& site) {
  return {{fill(R"(for (int p = 0; p < $P; ++p)
  for (int v = 0; v < $aR; ++v)
    for (int l = 0; l < $n; ++l) {
      real sum = $a[p, v, l];
      for (int i = begin[v]; i < begin[v + 1]; ++i) {
        $o[p, member[i], l] = sum;
        sum += $b[p, member[i], l];
      }
      sum = 0;
      for (int i = begin[v + 1] - 1; i > begin[v]; --i) {
        sum += $b[p, member[i], l];
        $o[p, member[i - 1], l] += sum;
      }
    }
)",
                site),
           {{"begin", index_of(site).offsets}, {"member", index_of(site).members}}}};
}

}  // namespace

const Writers& row_writers() {
  using namespace ir;
  static const Writers table = {
      {&ops::gather_rows, gather},
      {&ops::segment_sum_rows, segment_sum},
      {&ops::slice_rows, slice},
      {&ops::concat_rows, concatenation},
      {&ops::neighbour_sum, neighbour_sum},
      {&ops::pad_rows, pad},
      {&ops::reshape, reshape},
      {&ops::sum_to, sum_to},
      {&ops::exclusive_sum, exclusive_sum},
  };
  return table;
}

}  // namespace unfurl::c
