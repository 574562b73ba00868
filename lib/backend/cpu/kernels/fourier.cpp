// Fourier transforms of real arrays: a sequence of even length as one of half as many complex numbers, an image row by row and
// then column by column. kissfft, which transforms one sample at a time, would want each of them copied out of the batch.
#include "unfurl/extend/fourier.hpp"
#include "backend/cpu/kernels/fourier_transform.hpp"
#include "backend/cpu/kernels/kernels.hpp"

namespace unfurl::cpu::kernels {

namespace {

using namespace transforming;

/// Samples at a time: a vector of the machine, or one.
template <class T>
constexpr int vector_samples = 64 / static_cast<int>(sizeof(T));

/// Rows of one plane, of samples first .. first + count - 1.
template <class T, int Samples>
struct Rows {
  T* data;
  ptrdiff_t lanes;
  int count;
  using Vector = Eigen::Array<std::remove_const_t<T>, Samples, 1>;
  Vector load(ptrdiff_t row) const {
    if (count == Samples) return Eigen::Map<const Vector>(data + row * lanes);
    Vector v;
    for (int i = 0; i < Samples; ++i) v[i] = i < count ? data[row * lanes + i] : T(0);
    return v;
  }
  void store(ptrdiff_t row, const Vector& v) const {
    if (count == Samples)
      Eigen::Map<Vector>(data + row * lanes) = v;
    else
      for (int i = 0; i < count; ++i) data[row * lanes + i] = v[i];
  }
};

/// Spectra of images of one plane, for a block of samples.
template <class T, int Samples>
class Block {
 public:
  using Z = Number<T, Samples>;
  Block(const ir::Fourier& f, Workshop<T, Samples>& shop)
      : height_(f.height), width_(f.width), half_(f.width / 2 + 1), even_(f.width % 2 == 0) {
    const ptrdiff_t longest = std::max(height_, width_) + 1;
    line_ = shop.at_least(shop.line, longest);
    result_ = shop.at_least(shop.result, longest);
    few_ = shop.at_least(shop.few, longest);
    image_ = shop.at_least(shop.image, ptrdiff_t{height_} * half_);
    columns_ = &shop.plan(height_), whole_ = &shop.plan(width_),
    row_ = &shop.plan(even_ ? width_ / 2 : width_);
  }

  void forward(const Rows<const T, Samples>& x, const Rows<T, Samples>& y) {
    for (int r = 0; r < height_; ++r) {
      for (int c = 0; c < row_->n; ++c) {
        const ptrdiff_t at = ptrdiff_t{r} * width_ + (even_ ? 2 * c : c);
        line_[c].re = x.load(at);
        if (even_)
          line_[c].im = x.load(at + 1);
        else
          line_[c].im.setZero();
      }
      transform(*row_, 0, row_->n, line_, 1, result_, few_);
      if (even_) part_halves();
      std::copy_n(result_, half_, image_ + ptrdiff_t{r} * half_);
    }
    for (int c = 0; c < half_; ++c) {
      transform(*columns_, 0, height_, image_ + c, half_, result_, few_);
      for (int r = 0; r < height_; ++r) {
        y.store(ptrdiff_t{r} * half_ + c, result_[r].re);
        y.store((ptrdiff_t{height_} + r) * half_ + c, result_[r].im);
      }
    }
  }

  /// Backward transforms are forward ones with the parts exchanged before and after.
  void adjoint(const Rows<const T, Samples>& y, const Rows<T, Samples>& x) {
    for (int c = 0; c < half_; ++c) {
      for (int r = 0; r < height_; ++r)
        line_[r] = {y.load((ptrdiff_t{height_} + r) * half_ + c), y.load(ptrdiff_t{r} * half_ + c)};
      transform(*columns_, 0, height_, line_, 1, result_, few_);
      for (int r = 0; r < height_; ++r) image_[ptrdiff_t{r} * half_ + c] = result_[r].swapped();
    }
    for (int r = 0; r < height_; ++r) {
      const Z* from = image_ + ptrdiff_t{r} * half_;
      if (even_)
        join_halves(from);
      else
        for (int c = 0; c < width_; ++c) {
          if (c < half_)
            line_[c] = from[c].swapped();
          else
            line_[c].re.setZero(), line_[c].im.setZero();
        }
      transform(*row_, 0, row_->n, line_, 1, result_, few_);
      for (int c = 0; c < row_->n; ++c) {
        const ptrdiff_t at = ptrdiff_t{r} * width_ + (even_ ? 2 * c : c);
        x.store(at, result_[c].im);
        if (even_) x.store(at + 1, result_[c].re);
      }
    }
  }

 private:
  Z turned(const Z& z, int k) const {
    return z.times(whole_->cosine[static_cast<std::size_t>(k)], whole_->sine[static_cast<std::size_t>(k)]);
  }

  /// From the transform of x[2 k] + i x[2 k + 1] to that of x.
  void part_halves() {
    const int m = width_ / 2;
    const Z first = result_[0];
    result_[0] = {first.re + first.im, Z::Part::Zero()};
    result_[m] = {first.re - first.im, Z::Part::Zero()};
    for (int k = 1; 2 * k <= m; ++k) {
      const Z a = result_[k], b = result_[m - k].conj();
      const Z even = (a + b).times(T(0.5), 0), odd = turned((a - b).times(0, T(-0.5)), k);
      result_[k] = even + odd;
      result_[m - k] = (even - odd).conj();
    }
  }

  /// From half a spectrum, of which the real part of the sum is asked for, to numbers with the entries 2 c as real and 2 c + 1
  /// as imaginary parts; with the parts exchanged.
  void join_halves(const Z* from) {
    const int m = width_ / 2;
    line_[0] = {from[0].re - from[m].re, from[0].re + from[m].re};
    for (int k = 1; 2 * k <= m; ++k) {
      const Z a = from[k].times(T(0.5), 0), b = from[m - k].conj().times(T(0.5), 0);
      // exp(2 pi i k / width) (a - b): the plan has its conjugate
      const Z odd = turned((a - b).conj(), k).conj().times_i();
      line_[m - k] = ((a + b) - odd).conj().swapped();
      line_[k] = ((a + b) + odd).swapped();
    }
  }

  int height_, width_, half_;
  bool even_;
  const Plan<T>*columns_, *whole_, *row_;
  Z *line_, *result_, *few_, *image_;
};

template <class T, int Samples, bool Adjoint>
void run_blocks(const Call<T>& c) {
  static thread_local Workshop<T, Samples> shop;
  const View<const T>& x = c.in[0];
  const View<T>& y = c.out;
  const int blocks = (x.lanes + Samples - 1) / Samples;
  const auto [first, last] = c.range(x.planes * blocks);
  if (first == last) return;
  Block<T, Samples> block(c.attributes->template as<ir::Fourier>(), shop);
  for (int i = first; i < last; ++i) {
    const ptrdiff_t plane = i / blocks, lane = ptrdiff_t{i % blocks} * Samples;
    const int count = static_cast<int>(std::min<ptrdiff_t>(Samples, x.lanes - lane));
    const Rows<const T, Samples> from{x.data + plane * x.rows * x.lanes + lane, x.lanes, count};
    const Rows<T, Samples> to{y.data + plane * y.rows * y.lanes + lane, y.lanes, count};
    if constexpr (Adjoint)
      block.adjoint(from, to);
    else
      block.forward(from, to);
  }
}

template <class T, bool Adjoint>
void run(const Call<T>& c) {
  if (c.in[0].lanes == 1)
    run_blocks<T, 1, Adjoint>(c);
  else
    run_blocks<T, vector_samples<T>, Adjoint>(c);
}

}  // namespace

const Kernels fourier{.f32 = run<float, false>, .f64 = run<double, false>, .cut = Cut::parts};
const Kernels fourier_transpose{.f32 = run<float, true>, .f64 = run<double, true>, .cut = Cut::parts};

}  // namespace unfurl::cpu::kernels
