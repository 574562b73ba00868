#include "backend/cpu/cut.hpp"

#include <algorithm>

namespace unfurl::exec {

namespace {

using cpu::Call;
using cpu::Cut;
using cpu::View;

constexpr std::size_t most_parts = 64;

/// Planes and rows walk as one extent: every operand has the result's shape, or one entry per sample at most.
template <class T>
bool is_flat(const Call<T>& c) {
  return std::all_of(c.in.begin(), c.in.end(), [&](const View<const T>& v) {
    return v.planes * v.rows == 1 ||
           (v.planes == c.out.planes && v.rows == c.out.rows && v.lanes == c.out.lanes);
  });
}

/// Planes that are cut each by itself.
template <class T>
int planes_apart(const Call<T>& c, Cut cut) {
  return cut == Cut::entries && !is_flat(c) ? c.out.planes : 1;
}

/// The extent that is cut: rows, or those of all planes.
template <class T>
int extent(const Call<T>& c, Cut cut) {
  return cut == Cut::entries && is_flat(c) ? c.out.planes * c.out.rows : c.out.rows;
}

/// Rows that are summed to one; 0 where rows are not.
template <class T>
int summed_rows(const Call<T>& c, Cut cut) {
  int rows = 0;
  for (const View<const T>& v : c.in) rows = std::max(rows, v.rows);
  const auto all_or_one = [=](const View<const T>& v) { return v.rows == 1 || v.rows == rows; };
  const bool sums = cut == Cut::sums && c.out.rows == 1 && std::all_of(c.in.begin(), c.in.end(), all_or_one);
  return sums && rows > 1 ? rows : 0;
}

/// Where rows begin to be those of part `part` of so many. Vectorised loops give other bits in their remainders, and
/// threads wait for each other's cache lines: parts are whole blocks wherever they are large.
int first_row(int rows, int part, int parts) {
  constexpr int block = 256;
  const int even = (rows + parts - 1) / parts;
  const std::ptrdiff_t step = even > block ? (even + block - 1) / block * block : even;
  return static_cast<int>(std::min<std::ptrdiff_t>(rows, step * part));
}

}  // namespace

template <class T>
int count_parts(const Call<T>& c, Cut cut, std::size_t part_entries) {
  if (cut == Cut::none) return 1;
  if (const int rows = summed_rows(c, cut)) {
    std::size_t entries = 0;
    for (const View<const T>& v : c.in) entries = std::max(entries, v.size());
    const std::size_t parts = std::min(most_parts, entries / std::max<std::size_t>(1, part_entries));
    return static_cast<int>(std::clamp(parts, std::size_t{1}, static_cast<std::size_t>(rows)));
  }
  const auto whole_rows = [&](const View<const T>& v) { return v.rows == 1 || v.rows == c.out.rows; };
  if ((cut == Cut::rows || cut == Cut::sums) && !std::all_of(c.in.begin(), c.in.end(), whole_rows)) return 1;
  const int apart = planes_apart(c, cut);
  std::size_t parts = std::min(
      most_parts, c.out.size() / static_cast<std::size_t>(apart) / std::max<std::size_t>(1, part_entries));
  if (cut != Cut::parts) parts = std::min(parts, static_cast<std::size_t>(extent(c, cut)));
  if (parts == 0) return 1;
  return static_cast<int>(parts) * apart;
}

template <class T>
bool take_part(const Call<T>& c, Cut cut, int part, int parts, Call<T>& to) {
  to = c;
  if (cut == Cut::parts) {
    to.part = part;
    to.parts = parts;
    return true;
  }
  if (const int rows = summed_rows(c, cut)) {
    const int begin = first_row(rows, part, parts), end = first_row(rows, part + 1, parts);
    for (View<const T>& v : to.in) {
      if (v.rows == 1) continue;  // the same for all rows
      v.data = v.row(0, begin);
      v.rows = end - begin;
    }
    return end > begin;
  }
  const int apart = planes_apart(c, cut), per_plane = parts / apart;
  const int plane = part / per_plane, rows = extent(c, cut);
  const int begin = first_row(rows, part % per_plane, per_plane),
            count = first_row(rows, part % per_plane + 1, per_plane) - begin;
  const auto take = [&](auto& v) {
    if (cut == Cut::entries) {
      if (apart == 1 && v.planes > 1) {  // flat
        v.row_stride = v.lanes;
        v.rows *= v.planes;
      } else {
        v.data = v.row(plane, 0);
      }
      v.planes = 1;
      v.plane_stride = 0;
    }
    if (v.rows == 1) return;  // the same for all rows
    v.data = v.row(0, begin);
    v.rows = count;
  };
  take(to.out);
  for (auto& v : to.in) take(v);
  return count > 0;
}

template <class T>
bool is_sum(const Call<T>& c, Cut cut) {
  return summed_rows(c, cut) > 0;
}

template <class T>
void add_parts(const Call<T>& c, const T* sums, int parts) {
  const std::size_t n = c.out.size();
  const T sign = c.accumulate < 0 ? T(-1) : T(1);
  for (std::size_t i = 0; i < n; ++i) {
    T total = sums[i];
    for (int p = 1; p < parts; ++p) total += sums[static_cast<std::size_t>(p) * n + i];
    c.out.data[i] = c.accumulate == 0 ? total : c.out.data[i] + sign * total;
  }
}

template bool is_sum(const Call<float>&, Cut);
template bool is_sum(const Call<double>&, Cut);
template void add_parts(const Call<float>&, const float*, int);
template void add_parts(const Call<double>&, const double*, int);
template int count_parts(const Call<float>&, Cut, std::size_t);
template int count_parts(const Call<double>&, Cut, std::size_t);
template bool take_part(const Call<float>&, Cut, int, int, Call<float>&);
template bool take_part(const Call<double>&, Cut, int, int, Call<double>&);

}  // namespace unfurl::exec
