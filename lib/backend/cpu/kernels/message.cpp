// Belief propagation in the log domain: exclusive sums at variables, binary pairwise messages at factors, and powers.
#include <cstring>

#include "backend/cpu/kernels/kernels.hpp"

namespace unfurl::cpu::kernels {

namespace {

/// Of some samples of one variable, as many as V has entries.
template <class V, class T>
void exclusive_sum_of(const Call<T>& c, int p, int v, const int* edge, int edges, std::ptrdiff_t lane) {
  const auto at = [lane](const auto& view, int plane, int row) {
    V entries;
    const T* from = view.row(plane, row);
    if (view.lane_stride)
      std::memcpy(&entries, from + lane, sizeof(V));
    else
      entries = *from - V{};
    return entries;
  };
  const auto put = [&](int i, const V& sum) { std::memcpy(c.out.row(p, edge[i]) + lane, &sum, sizeof(V)); };
  const View<const T>& messages = c.in[1];
  V running = at(c.in[0], p, v);
  for (int i = 0; i < edges; ++i) {
    put(i, running);
    if (i + 1 < edges) running += at(messages, p, edge[i]);
  }
  running = V{};
  for (int i = edges - 1; i > 0; --i) {
    running += at(messages, p, edge[i]);
    put(i - 1, at(c.out, p, edge[i - 1]) + running);
  }
}

// Prefix and suffix sums over the edges of a variable, never "total minus own": exact with -inf among the messages.
template <class T>
void run_exclusive_sum(const Call<T>& c) {
  using Half = typename packet::Types<T>::Half;
  constexpr std::ptrdiff_t size = packet::size<T>;
  const ir::IndexTable& index = index_of(c);
  const auto [first, last] = c.range(index.count);
  for (int p = 0; p < c.out.planes; ++p)
    for (int v = first; v < last; ++v) {
      const int begin = index.offsets[static_cast<std::size_t>(v)];
      const int* edge = index.members.data() + begin;
      const int edges = index.offsets[static_cast<std::size_t>(v) + 1] - begin;
      std::ptrdiff_t lane = 0;
      for (; lane + size <= c.out.lanes; lane += size)
        exclusive_sum_of<packet::Packet<T>>(c, p, v, edge, edges, lane);
      for (; lane + size / 2 <= c.out.lanes; lane += size / 2)
        exclusive_sum_of<Half>(c, p, v, edge, edges, lane);
      for (; lane < c.out.lanes; ++lane) exclusive_sum_of<T>(c, p, v, edge, edges, lane);
    }
}

// |J + m/2| - |J - m/2| is +-2 min(|J|, |m/2|): written so, certain evidence (huge or infinite m) cancels nothing.
template <class T>
void run_ising_message(const Call<T>& c) {
  map_packet_pair(c, [](auto coupling, auto message) {
    const auto half = T(0.5) * message;
    const auto lead = T(2) * packet::max(packet::min(coupling, half), -packet::max(coupling, half));
    const auto up = packet::abs(coupling + half), down = packet::abs(coupling - half);
    return lead + packet::log<T>((T(1) + packet::exp_of_negative<T>(T(-2) * up)) /
                                 (T(1) + packet::exp_of_negative<T>(T(-2) * down)));
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
