// Moving whole rows (variables, edges) between arrays.
#include "backend/cpu/kernels/kernels.hpp"

namespace unfurl::cpu::kernels {

namespace {

template <class T>
void copy_row(const View<T>& out, int p, int r, const View<const T>& in, int from) {
  ArrayMap<T>(out.row(p, r), out.lanes) = ConstArrayMap<T>(in.row(p, from), out.lanes);
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
    for (int r = first; r < last; ++r) copy_row(c.out, p, r, c.in[0], from[static_cast<std::size_t>(r)]);
}

template <class T>
void run_segment_sum_rows(const Call<T>& c) {
  const ir::IndexTable& index = index_of(c);
  const auto [first, last] = c.range(c.out.rows);
  for (int p = 0; p < c.out.planes; ++p)
    for (int r = first; r < last; ++r) {
      ArrayMap<T> to(c.out.row(p, r), c.out.lanes);
      const int begin = index.offsets[static_cast<std::size_t>(r)],
                end = index.offsets[static_cast<std::size_t>(r) + 1];
      if (begin == end) to.setZero();
      for (int i = begin; i < end; ++i) {
        const ConstArrayMap<T> from(c.in[0].row(p, index.members[static_cast<std::size_t>(i)]), c.out.lanes);
        if (i == begin)
          to = from;
        else
          to += from;
      }
    }
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
  const std::vector<int>& from = neighbours.from->target;
  const ir::IndexTable& to = *neighbours.to;
  const auto [first, last] = c.range(c.out.rows);
  for (int p = 0; p < c.out.planes; ++p)
    for (int r = first; r < last; ++r) {
      const auto begin = static_cast<std::size_t>(to.offsets[static_cast<std::size_t>(r)]),
                 end = static_cast<std::size_t>(to.offsets[static_cast<std::size_t>(r) + 1]);
      const auto row = [&](std::size_t i) {
        return c.in[0].row(p, from[static_cast<std::size_t>(to.members[i])]);
      };
      T* out = c.out.row(p, r);
      for (std::ptrdiff_t at = 0; at < c.out.lanes; at += packet::size<T>) {
        packet::Packet<T> sum = {};
        if (begin != end) sum = packet::load(row(begin) + at, c.out.lanes - at);
        for (std::size_t i = begin + 1; i < end; ++i) sum += packet::load(row(i) + at, c.out.lanes - at);
        packet::store(out + at, sum, c.out.lanes - at);
      }
    }
}

}  // namespace

const Kernels gather_rows{UNFURL_KERNELS(run_gather_rows), .cut = Cut::parts};
const Kernels segment_sum_rows{UNFURL_KERNELS(run_segment_sum_rows), .cut = Cut::parts};
const Kernels slice_rows{UNFURL_KERNELS(run_slice_rows), .cut = Cut::parts};
const Kernels pad_rows{UNFURL_KERNELS(run_pad_rows), .cut = Cut::parts};
const Kernels concat_rows{UNFURL_KERNELS(run_concat_rows), .cut = Cut::parts};

const Kernels neighbour_sum{UNFURL_KERNELS(run_neighbour_sum), .cut = Cut::parts};

}  // namespace unfurl::cpu::kernels
