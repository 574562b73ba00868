// Belief propagation in the log domain: exclusive sums at variables, binary pairwise messages at factors, and powers.
#include "backend/cpu/kernels/kernels.hpp"

namespace unfurl::cpu::kernels {

namespace {

// Prefix and suffix sums over the edges of a variable, never "total minus own": exact with -inf among the messages.
template <class T>
void run_exclusive_sum(const Call<T>& c) {
  const ir::IndexTable& index = index_of(c);
  const View<const T>&unary = c.in[0], &messages = c.in[1];
  const std::ptrdiff_t lanes = c.out.lanes;
  const auto [first, last] = c.range(index.count);
  const auto at = [](const View<const T>& v, int p, int r, std::ptrdiff_t lane, std::ptrdiff_t count) {
    const T* from = v.row(p, r);
    return v.lane_stride ? packet::load(from + lane, count) : packet::constant(*from);
  };
  for (int p = 0; p < c.out.planes; ++p)
    for (int v = first; v < last; ++v) {
      const int* edge = index.members.data() + index.offsets[static_cast<std::size_t>(v)];
      const int n =
          index.offsets[static_cast<std::size_t>(v) + 1] - index.offsets[static_cast<std::size_t>(v)];
      for (std::ptrdiff_t lane = 0; lane < lanes; lane += packet::size<T>) {
        const std::ptrdiff_t count = std::min(packet::size<T>, lanes - lane);
        const auto out = [&](int i) { return c.out.row(p, edge[i]) + lane; };
        packet::Packet<T> running = at(unary, p, v, lane, count);
        for (int i = 0; i < n; ++i) {
          packet::store(out(i), running, count);
          if (i + 1 < n) running += at(messages, p, edge[i], lane, count);
        }
        running = packet::Packet<T>{};
        for (int i = n - 1; i > 0; --i) {
          running += at(messages, p, edge[i], lane, count);
          packet::store(out(i - 1), packet::load(out(i - 1), count) + running, count);
        }
      }
    }
}

// |J + m/2| - |J - m/2| is +-2 min(|J|, |m/2|): written so, certain evidence (huge or infinite m) cancels nothing.
template <class T>
void run_ising_message(const Call<T>& c) {
  map_packet_pair(c, [](auto coupling, auto message) {
    const auto half = T(0.5) * message;
    const auto lead = T(2) * packet::max(packet::min(coupling, half), -packet::max(coupling, half));
    const auto up = packet::abs(coupling + half), down = packet::abs(coupling - half);
    return lead + packet::log<T>((T(1) + packet::exp<T>(T(-2) * up)) / (T(1) + packet::exp<T>(T(-2) * down)));
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
