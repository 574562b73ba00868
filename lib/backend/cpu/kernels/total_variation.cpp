// Total variation of sequences [Condat13b], and means over runs.
#include "backend/cpu/kernels/kernels.hpp"

namespace unfurl::cpu::kernels {

namespace {

/// The taut string of one sequence, in double precision since weights may be large, without its sums: runs are written as soon as their ends are known. `low` and `high` are
/// the values of the present run that the tube allows, `low_room` and `high_room` how far their strings are from it.
template <class T>
void taut_string(const T* in, std::ptrdiff_t in_step, T* out, std::ptrdiff_t out_step, int n, double weight) {
  const auto z = [&](int i) { return static_cast<double>(in[i * in_step]); };
  int k = 0, first = 0, low_end = 0, high_end = 0;
  double low = z(0) - weight, high = z(0) + weight, low_room = weight, high_room = -weight;
  const auto write = [&](double value, int last) {
    do out[first++ * out_step] = static_cast<T>(value);
    while (first <= last);
  };
  for (;;) {
    while (k == n - 1) {
      if (low_room < 0) {
        write(low, low_end);
        low_end = k = first;
        low = z(k), low_room = weight;
        high_room = low + low_room - high;
      } else if (high_room > 0) {
        write(high, high_end);
        high_end = k = first;
        high = z(k), high_room = -weight;
        low_room = high + high_room - low;
      } else {
        write(low + low_room / (k - first + 1), k);
        return;
      }
    }
    low_room += z(k + 1) - low;
    high_room += z(k + 1) - high;
    if (low_room < -weight) {
      write(low, low_end);
      low_end = high_end = k = first;
      low = z(k), high = low + 2 * weight;
      low_room = weight, high_room = -weight;
    } else if (high_room > weight) {
      write(high, high_end);
      low_end = high_end = k = first;
      high = z(k), low = high - 2 * weight;
      low_room = weight, high_room = -weight;
    } else {
      ++k;
      if (low_room >= weight) {
        low_end = k;
        low += (low_room - weight) / (k - first + 1);
        low_room = weight;
      }
      if (high_room <= -weight) {
        high_end = k;
        high += (high_room + weight) / (k - first + 1);
        high_room = -weight;
      }
    }
  }
}

/// Every run's value anew, from its mean and its neighbours: the string has added up many differences by then.
template <class T>
void settle_runs(const T* in, std::ptrdiff_t in_step, T* out, std::ptrdiff_t out_step, int n, double weight) {
  T before = out[0];  // the value of the last run, as it was
  for (int begin = 0, end = 0; begin < n; begin = end) {
    const T value = out[begin * out_step];
    double sum = 0;
    for (end = begin; end < n && (end == begin || out[end * out_step] == value); ++end)
      sum += static_cast<double>(in[end * in_step]);
    const auto pull = [&](T neighbour) {
      return neighbour > value ? weight : neighbour < value ? -weight : 0;
    };
    sum += pull(before) + (end < n ? pull(out[end * out_step]) : 0);
    for (int i = begin; i < end; ++i) out[i * out_step] = static_cast<T>(sum / (end - begin));
    before = value;
  }
}

template <class T>
void run_total_variation(const Call<T>& c) {
  const View<const T>&a = c.in[0], &w = c.in[1];
  for (int l = 0; l < c.out.lanes; ++l) {
    const T weight = w.data[l * w.lane_stride];
    T* out = c.out.data + l;
    if (weight >= 0) {
      taut_string(a.data + l * a.lane_stride, a.row_stride, out, c.out.row_stride, a.rows, weight);
      settle_runs(a.data + l * a.lane_stride, a.row_stride, out, c.out.row_stride, a.rows, weight);
    } else {  // no minimum
      for (int r = 0; r < c.out.rows; ++r) out[r * c.out.row_stride] = std::numeric_limits<T>::quiet_NaN();
    }
  }
}

template <class T>
void run_mean_over_runs(const Call<T>& c) {
  const View<const T>&a = c.in[0], &pattern = c.in[1];
  for (int p = 0; p < c.out.planes; ++p)
    for (int l = 0; l < c.out.lanes; ++l) {
      const T *from = a.row(p, 0) + l * a.lane_stride, *like = pattern.row(p, 0) + l * pattern.lane_stride;
      T* to = c.out.row(p, 0) + l;
      for (int begin = 0, end = 0; begin < a.rows; begin = end) {
        T sum = 0;
        for (end = begin; end < a.rows && (end == begin || like[end * pattern.row_stride] ==
                                                               like[begin * pattern.row_stride]);
             ++end)
          sum += from[end * a.row_stride];
        for (int i = begin; i < end; ++i) to[i * c.out.row_stride] = sum / static_cast<T>(end - begin);
      }
    }
}

}  // namespace

const Kernels total_variation{UNFURL_KERNELS(run_total_variation)};
const Kernels mean_over_runs{UNFURL_KERNELS(run_mean_over_runs)};

}  // namespace unfurl::cpu::kernels
