// Gathering, summing and log-sum-exp over planes: the states of variables and the entries of tables.
#include "backend/c/texts/text.hpp"
#include "program/attributes.hpp"
#include "program/operations.hpp"

namespace unfurl::c {

namespace {

std::vector<Table> members(const Site& site) {
  const ir::IndexTable& index = *site.attributes.as<ir::Indexed>().index;
  return {{"begin", index.offsets}, {"member", index.members}};
}

std::vector<Text> gather_planes(const Site& site) {
  return {{fill(R"(for (int p = 0; p < $P; ++p)
  for (int r = 0; r < $R; ++r)
    for (int l = 0; l < $n; ++l) $o[p, r, l] = $a[target[p], r, l];
)",
                site),
           {{"target", site.attributes.as<ir::Indexed>().index->target}}}};
}

std::vector<Text> segment_sum_planes(const Site& site) {
  return {{fill(R"(for (int p = 0; p < $P; ++p)
  for (int r = 0; r < $R; ++r) {
    for (int l = 0; l < $n; ++l) $o[p, r, l] = 0;
    for (int i = begin[p]; i < begin[p + 1]; ++i)
      for (int l = 0; l < $n; ++l) $o[p, r, l] += $a[member[i], r, l];
  }
)",
                site),
           members(site)}};
}

// Shifted by the largest entry; a segment of -inf only stays -inf (an impossible state), never NaN.
std::vector<Text> segment_log_sum_exp(const Site& site) {
  return {{fill(R"(for (int p = 0; p < $P; ++p)
  for (int r = 0; r < $R; ++r)
    for (int l = 0; l < $n; ++l) {
      real top = -MOST, sum = 0;
      for (int i = begin[p]; i < begin[p + 1]; ++i) top = larger($a[member[i], r, l], top);
      for (int i = begin[p]; i < begin[p + 1]; ++i) sum += EXP($a[member[i], r, l] - top);
      $o[p, r, l] = top + LOG(sum);
    }
)",
                site),
           members(site)}};
}

std::vector<Text> normalize(const Site& site) {
  return {{fill(R"(for (int r = 0; r < $R; ++r)
  for (int l = 0; l < $n; ++l) {
    real top = -MOST, sum = 0;
    for (int p = 0; p < $P; ++p) top = larger($a[p, r, l], top);
    for (int p = 0; p < $P; ++p) sum += EXP($a[p, r, l] - top);
    for (int p = 0; p < $P; ++p) $o[p, r, l] = $a[p, r, l] - (top + LOG(sum));
  }
)",
                site)}};
}

std::vector<Text> segment_max(const Site& site) {
  return {{fill(R"(for (int p = 0; p < $P; ++p)
  for (int r = 0; r < $R; ++r)
    for (int l = 0; l < $n; ++l) {
      real top = -INFINITY;
      for (int i = begin[p]; i < begin[p + 1]; ++i) {
        const real entry = $a[member[i], r, l];
        top = entry <= top || top != top ? top : entry;
      }
      $o[p, r, l] = top;
    }
)",
                site),
           members(site)}};
}

// The largest entries of a segment share equally.
std::vector<Text> segment_largest(const Site& site) {
  const ir::IndexTable& index = *site.attributes.as<ir::Indexed>().index;
  return {{fill(R"(for (int s = 0; s < $segments; ++s)
  for (int r = 0; r < $R; ++r)
    for (int l = 0; l < $n; ++l) {
      real top = -INFINITY, ties = 0;
      for (int i = begin[s]; i < begin[s + 1]; ++i) top = larger($a[member[i], r, l], top);
      for (int i = begin[s]; i < begin[s + 1]; ++i) ties += $a[member[i], r, l] == top ? R(1.0) : R(0.0);
      for (int i = begin[s]; i < begin[s + 1]; ++i)
        $o[member[i], r, l] =
            $a[member[i], r, l] == top && top >= -MOST ? R(1.0) / ties : R(0.0);
    }
)",
                site, {{"segments", text_of(index.count)}}),
           members(site)}};
}

// Rounding breaks no tie: see guards::rounding_of_sums.
std::vector<Text> near_largest(const Site& site) {
  return {{fill(R"(for (int r = 0; r < $R; ++r)
  for (int l = 0; l < $n; ++l) {
    real top = $a[0, r, l];
    for (int p = 1; p < $P; ++p) top = larger($a[p, r, l], top);
    const real least = FABS(top) > MOST ? top : top - R(1024.0) * EPSILON * FABS(top);
    for (int p = 0; p < $P; ++p) $o[p, r, l] = $a[p, r, l] >= least ? R(1.0) : R(0.0);
  }
)",
                site)}};
}

std::vector<Text> concatenation_planes(const Site& site) {
  std::vector<Text> parts;
  int begin = 0;
  for (std::size_t i = 0; i < site.in.size(); ++i) {
    Site part = site;
    part.in = {site.in[i]};
    part.in[0].name = "a";
    Text text{fill(R"(for (int p = 0; p < $aP; ++p)
  for (int r = 0; r < $R; ++r)
    for (int l = 0; l < $n; ++l) $o[p + $begin, r, l] = $a[p, r, l];
)",
                   part, {{"begin", text_of(begin)}})};
    text.reads = {{i, "a"}};
    parts.push_back(std::move(text));
    begin += site.in[i].type.planes;
  }
  return parts;
}

std::vector<Text> one_hot(const Site& site) {
  return {{fill(R"(for (int p = 0; p < $P; ++p)
  for (int r = 0; r < $R; ++r)
    for (int l = 0; l < $n; ++l) $o[p, r, l] = $a[0, r, l] == (real)p ? R(1.0) : R(0.0);
)",
                site)}};
}

}  // namespace

const Writers& plane_writers() {
  using namespace ir;
  static const Writers table = {
      {&ops::gather_planes, gather_planes},
      {&ops::segment_sum_planes, segment_sum_planes},
      {&ops::segment_log_sum_exp_planes, segment_log_sum_exp},
      {&ops::normalize_planes, normalize},
      {&ops::segment_max_planes, segment_max},
      {&ops::segment_largest_planes, segment_largest},
      {&ops::near_largest_planes, near_largest},
      {&ops::concat_planes, concatenation_planes},
      {&ops::one_hot, one_hot},
  };
  return table;
}

}  // namespace unfurl::c
