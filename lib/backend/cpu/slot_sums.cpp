#include "backend/cpu/slot_sums.hpp"

#include <algorithm>

#include "backend/cpu/flush_denormals.hpp"
#include "unfurl/error.hpp"

namespace unfurl::exec {

namespace {

/// Where share r begins, of n things that are dealt out evenly.
std::size_t begin_of_share(std::size_t n, int r, int shares) {
  return n * static_cast<std::size_t>(r) / static_cast<std::size_t>(shares);
}

template <class T>
std::byte* bytes_of(std::vector<T>& entries) {
  return reinterpret_cast<std::byte*>(entries.data());
}

/// Adds up entries begin .. end - 1 of all slots.
template <class T>
Ending add_range(Ranks& ranks, int slots, T* sums, std::size_t size, std::size_t begin, std::size_t end,
                 Ending mine) {
  const int me = ranks.rank(), all = ranks.size();
  const auto first = [&](int r) { return begin + begin_of_share(end - begin, r, all); };
  const auto entries = [&](int r) { return first(r + 1) - first(r); };
  const auto slot = [&](int r) { return begin_of_share(static_cast<std::size_t>(slots), r, all); };

  // To every rank its entries of this rank's slots, and one more that says how this rank ended.
  std::vector<T> sent;
  std::vector<std::size_t> to_each, from_each;
  sent.reserve((slot(me + 1) - slot(me)) * (end - begin) + static_cast<std::size_t>(all));
  for (int r = 0; r < all; ++r) {
    for (std::size_t s = slot(me); s < slot(me + 1); ++s)
      sent.insert(sent.end(), sums + s * size + first(r), sums + s * size + first(r + 1));
    sent.push_back(static_cast<T>(mine));
    to_each.push_back(((slot(me + 1) - slot(me)) * entries(r) + 1) * sizeof(T));
    from_each.push_back(((slot(r + 1) - slot(r)) * entries(me) + 1) * sizeof(T));
  }
  const std::size_t n = entries(me);
  std::vector<T> received(static_cast<std::size_t>(slots) * n + static_cast<std::size_t>(all));
  ranks.exchange(bytes_of(sent), to_each, bytes_of(received), from_each);

  // Ranks' slots are neighbours, so slots arrive in their order.
  Ending worst = mine;
  const T* from = received.data();
  std::vector<T> share(n);
  for (int r = 0; r < all; ++r) {
    for (std::size_t s = slot(r); s < slot(r + 1); ++s, from += n)
      for (std::size_t i = 0; i < n; ++i) share[i] = s == 0 ? from[i] : share[i] + from[i];
    worst = std::max(worst, static_cast<Ending>(static_cast<int>(*from++)));
  }
  std::vector<std::size_t> sizes;
  for (int r = 0; r < all; ++r) sizes.push_back(entries(r) * sizeof(T));
  ranks.gather(bytes_of(share), reinterpret_cast<std::byte*>(sums + begin), sizes);
  return worst;
}

}  // namespace

std::pair<int, int> slots_of_rank(const Ranks& ranks, int slots) {
  const auto begin = [&](int r) {
    return static_cast<int>(begin_of_share(static_cast<std::size_t>(slots), r, ranks.size()));
  };
  return {begin(ranks.rank()), begin(ranks.rank() + 1)};
}

std::exception_ptr failure_elsewhere() {
  return std::make_exception_ptr(
      InternalError("a step failed in another process, and not in this one", "",
                    "start all from one program, on machines of one kind with enough memory"));
}

template <class T>
void add_slots(T* sums, std::size_t size, int slots, int threads, bool flush_denormals) {
  const auto n = static_cast<std::ptrdiff_t>(size);
  if (slots <= 1 || n == 0) return;
  constexpr std::ptrdiff_t chunk = 4096;
#pragma omp parallel num_threads(threads) if (threads > 1 && n > 16 * chunk)
  {
    const FlushDenormals flush(flush_denormals);
#pragma omp for schedule(static)
    for (std::ptrdiff_t begin = 0; begin < n; begin += chunk) {
      const std::ptrdiff_t end = std::min(n, begin + chunk);
      for (int s = 1; s < slots; ++s) {
        const T* from = sums + n * s;
        for (std::ptrdiff_t i = begin; i < end; ++i) sums[i] += from[i];
      }
    }
  }
}

template <class T>
Ending add_slots(T* sums, std::size_t size, int slots, Ranks& ranks, Ending mine) {
  // Some at a time, for messages of at most half a gigabyte.
  const std::size_t most = std::max<std::size_t>(1, (std::size_t{1} << 26) / static_cast<std::size_t>(slots));
  Ending worst = mine;
  for (std::size_t begin = 0; begin == 0 || begin < size; begin += most)
    worst = std::max(worst, add_range(ranks, slots, sums, size, begin, std::min(size, begin + most), mine));
  return worst;
}

template void add_slots(float*, std::size_t, int, int, bool);
template void add_slots(double*, std::size_t, int, int, bool);
template Ending add_slots(float*, std::size_t, int, Ranks&, Ending);
template Ending add_slots(double*, std::size_t, int, Ranks&, Ending);

}  // namespace unfurl::exec
