// The three products of a convolution. Rows of the image are laid out so that a tap of the kernel is a shift: an output row of
// all pixels and samples is then a sum of contiguous vectors times single weights, of which a block stays in registers.
#include "backend/cpu/kernels/convolution_panel.hpp"
#include "backend/cpu/kernels/kernels.hpp"

namespace unfurl::cpu::kernels {

namespace {

using namespace convolving;
using std::ptrdiff_t;

/// Samples at a time, so that a panel stays in cache.
template <class T>
ptrdiff_t block_of(const Pass& p, int channels, ptrdiff_t lanes) {
  const ptrdiff_t one = ptrdiff_t{channels} * p.kernel_height *
                        ((p.out_width - 1) * p.stride_right + p.kernel_width) *
                        static_cast<ptrdiff_t>(sizeof(T));
  const ptrdiff_t fit = cache_bytes / one / width<T> * width<T>;
  return std::min(lanes, std::max<ptrdiff_t>(width<T>, fit));
}

/// A block of rows and packets of  out[r][j] = sum over taps of weights[tap][r] * source[tap][j].
template <class T, int Rows, int Packets>
void sum_taps(const T* const* source, int taps, const T* weights, ptrdiff_t j, T* out, ptrdiff_t out_step) {
  Packet<T> sum[Rows][Packets];
  for (int r = 0; r < Rows; ++r)
    for (int v = 0; v < Packets; ++v) sum[r][v] = packet::pset1<Packet<T>>(T(0));
  for (int k = 0; k < taps; ++k, weights += Rows) {
    const T* from = source[k] + j;
    constexpr int held = std::min(Rows, Packets);  // of the fewer, weights or pixels, all stay in registers
    Packet<T> hold[held];
    for (int h = 0; h < held; ++h)
      hold[h] = Rows < Packets ? packet::pset1<Packet<T>>(weights[h])
                               : packet::ploadu<Packet<T>>(from + h * width<T>);
    if constexpr (Rows < Packets) {
      for (int v = 0; v < Packets; ++v) {
        const Packet<T> x = packet::ploadu<Packet<T>>(from + v * width<T>);
        for (int r = 0; r < Rows; ++r) sum[r][v] = packet::pmadd(hold[r], x, sum[r][v]);
      }
    } else {
      for (int r = 0; r < Rows; ++r) {
        const Packet<T> weight = packet::pset1<Packet<T>>(weights[r]);
        for (int v = 0; v < Packets; ++v) sum[r][v] = packet::pmadd(weight, hold[v], sum[r][v]);
      }
    }
  }
  for (int r = 0; r < Rows; ++r)
    for (int v = 0; v < Packets; ++v) packet::pstoreu(out + r * out_step + v * width<T>, sum[r][v]);
}

template <class T, int Rows>
void sum_row(const T* const* source, int taps, const T* weights, ptrdiff_t n, T* out, ptrdiff_t out_step) {
  constexpr int packets = packets_of<T, Rows>;
  ptrdiff_t j = 0;
  for (; j + (packets - 1) * width<T> < n; j += packets * width<T>)
    sum_taps<T, Rows, packets>(source, taps, weights, j, out + j, out_step);
  if constexpr (packets > 2)
    for (; j + width<T> < n; j += 2 * width<T>)
      sum_taps<T, Rows, 2>(source, taps, weights, j, out + j, out_step);
  for (; j < n; j += width<T>) sum_taps<T, Rows, 1>(source, taps, weights, j, out + j, out_step);
}

/// out[o] = the sum over all taps of weight(o, tap) times the image at the tap, in a range of the rows of the
/// resulting images.
template <class T, class Weight>
void convolve(const Pass& p, const Images<const T>& images, const Images<T>& results,
              std::pair<int, int> rows, Weight weight) {
  Scratch<T>& mine = scratch<T>();
  const int taps = images.channels * p.kernel_height * p.kernel_width, outs = results.channels;
  T* weights = at_least(mine.weights, ptrdiff_t{taps} * outs);
  const auto blocks = [&](auto body) {  // of four channels, of two, and one
    int o = 0;
    for (; o + channels_at_once <= outs; o += channels_at_once) body.template operator()<channels_at_once>(o);
    if (o + 2 <= outs) body.template operator()<2>(o), o += 2;
    if (o < outs) body.template operator()<1>(o);
  };
  blocks([&]<int Rows>(int o) {
    T* to = weights + ptrdiff_t{o} * taps;
    for (int k = 0; k < taps; ++k)
      for (int r = 0; r < Rows; ++r) *to++ = weight(o + r, k);
  });
  const ptrdiff_t block = block_of<T>(p, images.channels, images.lanes);
  for (ptrdiff_t lane = 0; lane < images.lanes; lane += block) {
    const ptrdiff_t count = std::min(block, images.lanes - lane), n = p.out_width * count;
    const ptrdiff_t step = n + most_packets_of_row<T> * width<T>;
    T* line = at_least(mine.rows, channels_at_once * step);
    Images<const T> from = images;
    Images<T> to = results;
    from.first = to.first = lane;
    Panel<T> panel(p, from, count, mine);
    for (int row = rows.first; row < rows.second; ++row) {
      const T* const* source = panel.under(row);
      blocks([&]<int Rows>(int o) {
        sum_row<T, Rows>(source, taps, weights + ptrdiff_t{o} * taps, n, line, step);
        for (int r = 0; r < Rows; ++r) to.store_row(o + r, row, p.out_width, count, line + r * step);
      });
    }
  }
}

/// A block of  out[r][k] += sign * sum over j of rows[r][j] * source[k][j].
template <class T, int Rows, int Taps>
void dot_taps(const T* const* source, const T* rows, ptrdiff_t row_step, ptrdiff_t n, T sign, T* out,
              ptrdiff_t out_step) {
  Packet<T> sum[Rows][Taps];
  for (int r = 0; r < Rows; ++r)
    for (int k = 0; k < Taps; ++k) sum[r][k] = packet::pset1<Packet<T>>(T(0));
  for (ptrdiff_t j = 0; j < n; j += width<T>) {
    Packet<T> y[Rows];
    for (int r = 0; r < Rows; ++r) y[r] = packet::ploadu<Packet<T>>(rows + r * row_step + j);
    for (int k = 0; k < Taps; ++k) {
      const Packet<T> x = packet::ploadu<Packet<T>>(source[k] + j);
      for (int r = 0; r < Rows; ++r) sum[r][k] = packet::pmadd(y[r], x, sum[r][k]);
    }
  }
  for (int r = 0; r < Rows; ++r)
    for (int k = 0; k < Taps; ++k) out[r * out_step + k] += sign * packet::predux(sum[r][k]);
}

template <class T, int Rows>
void dot_all_taps(const T* const* source, int taps, const T* rows, ptrdiff_t row_step, ptrdiff_t n, T sign,
                  T* out) {
  constexpr int at_once = packets_of<T, Rows> < 8 ? packets_of<T, Rows> : 8;
  int k = 0;
  for (; k + at_once <= taps; k += at_once)
    dot_taps<T, Rows, at_once>(source + k, rows, row_step, n, sign, out + k, taps);
  for (; k < taps; ++k) dot_taps<T, Rows, 1>(source + k, rows, row_step, n, sign, out + k, taps);
}

template <class T>
void run_convolution(const Call<T>& c) {
  const auto &kernel = c.in[0], &x = c.in[1];
  const Pass pass = forward_pass(c.attributes->template as<ir::Convolution>());
  convolve<T>(pass, {x.data, x.planes, x.rows, x.lanes}, {c.out.data, c.out.planes, c.out.rows, c.out.lanes},
              c.range(pass.out_height),
              [&](int o, int tap) { return kernel.data[ptrdiff_t{o} * kernel.rows + tap]; });
}

template <class T>
void run_convolution_transpose(const Call<T>& c) {
  const auto &kernel = c.in[0], &y = c.in[1];
  const Pass pass = adjoint_pass(c.attributes->template as<ir::Convolution>());
  const int taps = pass.kernel_height * pass.kernel_width;
  convolve<T>(
      pass, {y.data, y.planes, y.rows, y.lanes}, {c.out.data, c.out.planes, c.out.rows, c.out.lanes},
      c.range(pass.out_height), [&](int i, int k) {  // the kernel turned round
        return kernel.data[ptrdiff_t{k / taps} * kernel.rows + ptrdiff_t{i} * taps + (taps - 1 - k % taps)];
      });
}

template <class T>
void run_convolution_kernel(const Call<T>& c) {
  const auto &x = c.in[0], &y = c.in[1];
  const Pass p = forward_pass(c.attributes->template as<ir::Convolution>());
  if (c.accumulate == 0) std::fill_n(c.out.data, c.out.size(), T(0));
  const T sign = c.accumulate < 0 ? T(-1) : T(1);
  Scratch<T>& mine = scratch<T>();
  const ptrdiff_t block = block_of<T>(p, x.planes, x.lanes);
  for (ptrdiff_t lane = 0; lane < x.lanes; lane += block) {
    const ptrdiff_t count = std::min<ptrdiff_t>(block, x.lanes - lane), n = p.out_width * count;
    const ptrdiff_t step = (n + width<T> - 1) / width<T> * width<T>;
    T* rows = at_least(mine.rows, y.planes * step);
    const Images<const T> to{y.data, y.planes, y.rows, y.lanes, lane};
    Panel<T> panel(p, {x.data, x.planes, x.rows, x.lanes, lane}, count, mine);
    for (int row = 0; row < p.out_height; ++row) {
      const T* const* source = panel.under(row);
      for (int o = 0; o < y.planes; ++o) {
        T* line = rows + o * step;
        to.load_row(o, row, p.out_width, count, line);
        std::fill(line + n, line + step, T(0));
      }
      const int taps = panel.taps();
      int o = 0;
      const auto some = [&]<int Rows>() {
        for (; o + Rows <= y.planes; o += Rows)
          dot_all_taps<T, Rows>(source, taps, rows + o * step, step, n, sign,
                                c.out.data + ptrdiff_t{o} * taps);
      };
      some.template operator()<channels_at_once>();
      some.template operator()<2>();
      some.template operator()<1>();
    }
  }
}

template <class T>
void run_reshape(const Call<T>& c) {
  const auto [first, last] = c.range(c.out.size());
  std::copy(c.in[0].data + first, c.in[0].data + last, c.out.data + first);
}

}  // namespace

const Kernels convolution{UNFURL_KERNELS(run_convolution), .cut = Cut::parts};
const Kernels convolution_transpose{UNFURL_KERNELS(run_convolution_transpose), .cut = Cut::parts};
const Kernels convolution_kernel{UNFURL_KERNELS(run_convolution_kernel)};
const Kernels reshape{UNFURL_KERNELS(run_reshape), .cut = Cut::parts};

}  // namespace unfurl::cpu::kernels
