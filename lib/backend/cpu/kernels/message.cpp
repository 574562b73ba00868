// Belief propagation in the log domain: exclusive sums at variables, binary pairwise messages at factors, and powers.
#include "backend/cpu/kernels/kernels.hpp"

namespace unfurl::cpu::kernels {

namespace {

// Prefix and suffix sums over the edges of a variable, never "total minus own": exact with -inf among the messages.
template <class T>
void run_exclusive_sum(const Call<T>& c) {
  const ir::IndexTable& index = index_of(c);
  const View<const T>&unary = c.in[0], &messages = c.in[1];
  const int lanes = c.out.lanes;
  Eigen::Array<T, Eigen::Dynamic, 1> running(lanes);
  const auto add = [lanes](auto& to, const T* from, std::ptrdiff_t step) {
    if (step)
      to += ConstArrayMap<T>(from, lanes);
    else
      to += *from;
  };
  const auto [first, last] = c.range(index.count);
  for (int p = 0; p < c.out.planes; ++p)
    for (int v = first; v < last; ++v) {
      const int begin = index.offsets[static_cast<std::size_t>(v)],
                end = index.offsets[static_cast<std::size_t>(v) + 1];
      running.setZero();
      add(running, unary.row(p, v), unary.lane_stride);
      for (int i = begin; i < end; ++i) {
        const int edge = index.members[static_cast<std::size_t>(i)];
        ArrayMap<T>(c.out.row(p, edge), lanes) = running;
        if (i + 1 < end) add(running, messages.row(p, edge), messages.lane_stride);
      }
      running.setZero();
      for (int i = end - 1; i > begin; --i) {
        add(running, messages.row(p, index.members[static_cast<std::size_t>(i)]), messages.lane_stride);
        ArrayMap<T>(c.out.row(p, index.members[static_cast<std::size_t>(i - 1)]), lanes) += running;
      }
    }
}

// |J + m/2| - |J - m/2| is +-2 min(|J|, |m/2|): written so, certain evidence (huge or infinite m) cancels nothing.
template <class T>
void run_ising_message(const Call<T>& c) {
  for_runs(c, [](T* o, const T* j, std::ptrdiff_t sj, const T* m, std::ptrdiff_t sm, std::ptrdiff_t n) {
    constexpr Eigen::Index block = 256;
    Eigen::Array<T, block, 1> lead_block, up_block, down_block;
    for (std::ptrdiff_t at = 0; at < n; at += block) {
      const Eigen::Index k = std::min<Eigen::Index>(block, n - at);
      auto lead = lead_block.head(k), up = up_block.head(k), down = down_block.head(k);
      const auto put = [&](const auto& coupling, const auto& half) {
        lead = T(2) * coupling.min(half).max(-coupling.max(half));
        up = (coupling + half).abs();
        down = (coupling - half).abs();
      };
      const ConstArrayMap<T> js(j + (sj ? at : 0), sj ? k : 1), ms(m + (sm ? at : 0), sm ? k : 1);
      const auto constant = [k](T value) { return Eigen::Array<T, Eigen::Dynamic, 1>::Constant(k, value); };
      if (sj && sm)
        put(js, T(0.5) * ms);
      else if (sj)
        put(js, constant(T(0.5) * *m));
      else if (sm)
        put(constant(*j), T(0.5) * ms);
      else
        put(constant(*j), constant(T(0.5) * *m));
      ArrayMap<T>(o + at, k) = lead + ((T(1) + (T(-2) * up).exp()) / (T(1) + (T(-2) * down).exp())).log();
    }
  });
}

// Max-product: |J + m/2| - |J - m/2| = sign(J) sign(m) min(2 |J|, |m|).
template <class T>
void run_ising_max_message(const Call<T>& c) {
  map_pair(c, [](T coupling, T message) {
    const T half = T(0.5) * message;
    const T low = coupling < half ? coupling : half, high = coupling < half ? half : coupling;
    return T(2) * (low > -high ? low : -high);
  });
}

}  // namespace

const Kernels exclusive_sum{UNFURL_KERNELS(run_exclusive_sum), .cut = Cut::parts};
const Kernels ising_message{UNFURL_KERNELS(run_ising_message), .cut = Cut::entries};
const Kernels ising_max_message{UNFURL_KERNELS(run_ising_max_message), .cut = Cut::entries};

}  // namespace unfurl::cpu::kernels
