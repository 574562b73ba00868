// How steps go through the entries of a parameter.
#include "core/chunks.hpp"
#include "unfurl/extend/optimizer.hpp"

namespace unfurl {

namespace {

/// The entries first .. first + count - 1 of a parameter of an entrywise space.
template <class T>
Point<T> part(Point<T> p, std::ptrdiff_t first, std::ptrdiff_t count) {
  p.value += first;
  if (p.coordinates) p.coordinates += first;
  p.size = static_cast<std::size_t>(count);
  return p;
}

/// body(part, first, count, vector) for all entries, with a vector for that many.
template <class T, class F>
void for_parts(const Update<T>& u, F body) {
  if (!u.space->entrywise()) {
    body(u.point, 0, static_cast<std::ptrdiff_t>(u.size()), u.vector);
    return;
  }
  for_chunks(u.size(), u.threads, [&](std::ptrdiff_t begin, std::ptrdiff_t end) {
    T vector[chunk_entries];
    body(part(u.point, begin, end - begin), begin, end - begin, vector);
  });
}

}  // namespace

template <class T>
void Update<T>::move_along(FunctionReference<void(std::ptrdiff_t, std::ptrdiff_t, T*)> step, T factor) const {
  if (!gradient) return;
  for_parts(*this, [&](const Point<T>& at, std::ptrdiff_t first, std::ptrdiff_t count, T* to) {
    for (std::ptrdiff_t i = 0; i < count; ++i) to[i] = factor * gradient[first + i];
    space->pullback(at, to);
    step(first, count, to);
    space->retract(at, to);
  });
}

template <class T>
void Update<T>::scale_by(FunctionReference<void(std::ptrdiff_t, std::ptrdiff_t, T*)> factors) const {
  for_parts(*this, [&](const Point<T>& at, std::ptrdiff_t first, std::ptrdiff_t count, T* to) {
    factors(first, count, to);
    space->scale(at, to);
  });
}

template <class T>
void Update<T>::for_runs(FunctionReference<void(std::ptrdiff_t, std::ptrdiff_t)> body) const {
  for_chunks(size(), threads, [&](std::ptrdiff_t begin, std::ptrdiff_t end) { body(begin, end - begin); });
}

template <class T>
double Update<T>::sum_runs(FunctionReference<double(std::ptrdiff_t, std::ptrdiff_t)> body) const {
  for_chunks(size(), threads, [&](std::ptrdiff_t begin, std::ptrdiff_t end) {
    sums[begin / chunk_entries] = body(begin, end - begin);
  });
  double sum = 0;
  for (std::size_t i = 0; i < (size() + chunk_entries - 1) / chunk_entries; ++i) sum += sums[i];
  return sum;
}

template struct Update<float>;
template struct Update<double>;

}  // namespace unfurl
