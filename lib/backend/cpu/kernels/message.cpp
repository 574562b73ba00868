// Belief propagation in the log domain: exclusive sums at variables, binary pairwise messages at factors, and powers.
#include <cstring>

#include "backend/cpu/kernels/kernels.hpp"

namespace unfurl::cpu::kernels {

namespace {

/// Of some samples of one variable, as many as V has entries: `running` comes with the first term of every sum.
template <class V, class T>
struct ExclusiveSum {
  const T* in;
  T* out;
  std::ptrdiff_t in_stride, out_stride;
  bool broadcast;  ///< one entry for all samples
  const int* edge;

  V at(int i) const {
    const T* const from = in + edge[i] * in_stride;
    if (broadcast) return *from - V{};
    V entries;
    std::memcpy(&entries, from, sizeof entries);
    return entries;
  }
  void put(int i, const V& sum) const { std::memcpy(out + edge[i] * out_stride, &sum, sizeof sum); }

  void any(int edges, V running) const {
    for (int i = 0; i < edges; ++i) {
      put(i, running);
      if (i + 1 < edges) running += at(i);
    }
    running = V{};
    for (int i = edges - 1; i > 0; --i) {
      running += at(i);
      V sum;
      std::memcpy(&sum, out + edge[i - 1] * out_stride, sizeof sum);
      put(i - 1, sum + running);
    }
  }
  /// The same, in registers.
  template <int edges>
  void few(V running) const {
    V message[edges], before[edges];
    for (int i = 0; i < edges; ++i) message[i] = at(i);
    for (int i = 0; i < edges; ++i) before[i] = running, running += message[i];
    put(edges - 1, before[edges - 1]);
    running = V{};
    for (int i = edges - 1; i > 0; --i) {
      running += message[i];
      put(i - 1, before[i - 1] + running);
    }
  }
  void of(int edges, V running) const {
    switch (edges) {
      case 1:
        return few<1>(running);
      case 2:
        return few<2>(running);
      case 3:
        return few<3>(running);
      case 4:
        return few<4>(running);
      case 5:
        return few<5>(running);
      case 6:
        return few<6>(running);
      case 7:
        return few<7>(running);
      case 8:
        return few<8>(running);
      default:
        return any(edges, running);
    }
  }
};

// Prefix and suffix sums over the edges of a variable, never "total minus own": exact with -inf among the messages.
template <class T>
void run_exclusive_sum(const Call<T>& c) {
  const ir::IndexTable& index = index_of(c);
  const int *const offsets = index.offsets.data(), *const members = index.members.data();
  const View<const T>&own = c.in[0], &messages = c.in[1];
  const auto [first, last] = c.range(index.count);
  for (int p = 0; p < c.out.planes; ++p)
    for (int v = first; v < last; ++v)
      for_lanes<T>(c.out.lanes, [&](auto running, std::ptrdiff_t lane) {
        const T* const from = own.row(p, v);
        if (own.lane_stride)
          std::memcpy(&running, from + lane, sizeof running);
        else
          running = *from - running;
        const ExclusiveSum<decltype(running), T> sum{messages.row(p, 0) + lane * messages.lane_stride,
                                                     c.out.row(p, 0) + lane,
                                                     messages.row_stride,
                                                     c.out.row_stride,
                                                     messages.lane_stride == 0,
                                                     members + offsets[v]};
        sum.of(offsets[v + 1] - offsets[v], running);
      });
}

// |J + m/2| - |J - m/2| is +-2 min(|J|, |m/2|): written so, certain evidence (huge or infinite m) cancels nothing.
template <class T>
void run_ising_message(const Call<T>& c) {
  map_packet_pair(c, [](auto coupling, auto message) {
    const auto half = T(0.5) * message;
    const auto lead = T(2) * packet::max(packet::min(coupling, half), -packet::max(coupling, half));
    const auto up = packet::abs(coupling + half), down = packet::abs(coupling - half);
    const auto more = packet::exp_of_negative<T>(T(-2) * up), less = packet::exp_of_negative<T>(T(-2) * down);
    return lead + packet::twice_artanh<T>((more - less) / ((T(1) + more) + (T(1) + less)));
  });
}

// Max-product: |J + m/2| - |J - m/2| = sign(J) sign(m) min(2 |J|, |m|).
template <class T>
void run_ising_max_message(const Call<T>& c) {
  map_packet_pair(c, [](auto coupling, auto message) {
    const auto half = T(0.5) * message;
    return T(2) * packet::max(packet::min(coupling, half), -packet::max(half, coupling));
  });
}

}  // namespace

const Kernels exclusive_sum{UNFURL_KERNELS(run_exclusive_sum), .cut = Cut::parts, .planes_apart = true};
const Kernels ising_message{UNFURL_KERNELS(run_ising_message), .cut = Cut::entries};
const Kernels ising_max_message{UNFURL_KERNELS(run_ising_max_message), .cut = Cut::entries};

}  // namespace unfurl::cpu::kernels
