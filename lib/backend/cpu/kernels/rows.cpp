// Moving whole rows (variables, edges) between arrays.
#include <cstring>

#include "backend/cpu/kernels/kernels.hpp"

namespace unfurl::cpu::kernels {

namespace {

/// Adds up rows of `in`: row(i) for i from begin to before end.
template <class T, class Row>
void sum_rows(const View<T>& out, int p, int r, const View<const T>& in, int begin, int end, Row row) {
  const T* const from = in.row(p, 0);
  T* const to = out.row(p, r);
  const std::ptrdiff_t stride = in.row_stride;
  for_lanes<T>(out.lanes, [=](auto sum, std::ptrdiff_t lane) {
    const auto at = [=](int i) {
      auto entries = decltype(sum){};
      std::memcpy(&entries, from + lane + row(i) * stride, sizeof entries);
      return entries;
    };
    if (begin != end) sum = at(begin);
    for (int i = begin + 1; i < end; ++i) sum += at(i);
    std::memcpy(to + lane, &sum, sizeof sum);
  });
}

/// `count` neighbouring rows at once, of those of the result that are asked for.
template <class T>
void copy_rows(const Call<T>& c, int p, int r, const View<const T>& in, int from, int count) {
  if (c.out.row(p, r) == in.row(p, from)) return;  // the plan placed one inside the other
  const auto [begin, end] = c.range(c.out.rows);
  const int first = std::max(begin, r), last = std::min(end, r + count);
  const Eigen::Index n = Eigen::Index(std::max(0, last - first)) * c.out.lanes;
  ArrayMap<T>(c.out.row(p, first), n) = ConstArrayMap<T>(in.row(p, from + (first - r)), n);
}

template <class T>
void run_gather_rows(const Call<T>& c) {
  const std::vector<int>& from = index_of(c).target;
  const auto [first, last] = c.range(c.out.rows);
  for (int p = 0; p < c.out.planes; ++p)
    for (int r = first; r < last; ++r) {
      const T* const row = c.in[0].row(p, from[static_cast<std::size_t>(r)]);
      T* const to = c.out.row(p, r);
      for_lanes<T>(c.out.lanes, [&](auto entries, std::ptrdiff_t lane) {
        std::memcpy(&entries, row + lane, sizeof entries);
        std::memcpy(to + lane, &entries, sizeof entries);
      });
    }
}

template <class T>
void run_segment_sum_rows(const Call<T>& c) {
  const ir::IndexTable& index = index_of(c);
  const int *const offsets = index.offsets.data(), *const members = index.members.data();
  const auto [first, last] = c.range(c.out.rows);
  for (int p = 0; p < c.out.planes; ++p)
    for (int r = first; r < last; ++r)
      sum_rows(c.out, p, r, c.in[0], offsets[r], offsets[r + 1], [members](int i) { return members[i]; });
}

template <class T>
void run_slice_rows(const Call<T>& c) {
  for (int p = 0; p < c.out.planes; ++p)
    copy_rows(c, p, 0, c.in[0], c.attributes->template as<ir::Rows>().begin, c.out.rows);
}

template <class T>
void run_pad_rows(const Call<T>& c) {
  const auto [first, last] = c.range(c.out.rows);
  for (int p = 0; p < c.out.planes; ++p) {
    ArrayMap<T>(c.out.row(p, first), Eigen::Index(last - first) * c.out.lanes).setZero();
    copy_rows(c, p, c.attributes->template as<ir::Rows>().begin, c.in[0], 0, c.in[0].rows);
  }
}

template <class T>
void run_concat_rows(const Call<T>& c) {
  for (int p = 0; p < c.out.planes; ++p) {
    int begin = 0;
    for (const auto& part : c.in) {
      copy_rows(c, p, begin, part, 0, part.rows);
      begin += part.rows;
    }
  }
}

template <class T>
void run_neighbour_sum(const Call<T>& c) {
  const auto& neighbours = c.attributes->template as<ir::Neighbours>();
  const int *const from = neighbours.from->target.data(), *const offsets = neighbours.to->offsets.data(),
                   *const members = neighbours.to->members.data();
  const auto [first, last] = c.range(c.out.rows);
  for (int p = 0; p < c.out.planes; ++p)
    for (int r = first; r < last; ++r)
      sum_rows(c.out, p, r, c.in[0], offsets[r], offsets[r + 1], [=](int i) { return from[members[i]]; });
}

}  // namespace

const Kernels gather_rows{UNFURL_KERNELS(run_gather_rows), .cut = Cut::parts, .planes_apart = true};
const Kernels segment_sum_rows{UNFURL_KERNELS(run_segment_sum_rows), .cut = Cut::parts, .planes_apart = true};
const Kernels slice_rows{UNFURL_KERNELS(run_slice_rows), .cut = Cut::parts, .planes_apart = true};
const Kernels pad_rows{UNFURL_KERNELS(run_pad_rows), .cut = Cut::parts, .planes_apart = true};
const Kernels concat_rows{UNFURL_KERNELS(run_concat_rows), .cut = Cut::parts, .planes_apart = true};

const Kernels neighbour_sum{UNFURL_KERNELS(run_neighbour_sum), .cut = Cut::parts, .planes_apart = true};

}  // namespace unfurl::cpu::kernels
