// What messages through tables that the samples share and their gradients have in common: blocks of columns, which are rows and
// samples, relative to their largest entries.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <vector>

#include "backend/cpu/kernels/kernels.hpp"

namespace unfurl::cpu::kernels {

using packet::Packet;

template <class T>
constexpr T infinity = std::numeric_limits<T>::infinity();

/// Sums of products of numbers at most 1 that are smaller may have lost terms.
template <class T>
const T least = std::numeric_limits<T>::min() /
                (std::numeric_limits<T>::epsilon() * std::numeric_limits<T>::epsilon());

/// The table of one row, [results, messages]; entries relative to the largest of each result, 0 where none is above -inf.
template <class T>
class Entries {
 public:
  /// weighed: with what normalised messages need.
  Entries(const View<const T>& table, int results, int messages, bool transpose, bool weighed)
      : table_(&table), results_(results), messages_(messages), transpose_(transpose), weighed_(weighed) {
    const std::size_t n = static_cast<std::size_t>(results) * static_cast<std::size_t>(messages);
    const std::size_t used =
        2 * n + 2 * static_cast<std::size_t>(results) + static_cast<std::size_t>(messages);
    if (buffer.size() < used) buffer.resize(used);
    log_entry_ = buffer.data(), entry_ = log_entry_ + n, top_ = entry_ + n;
    weight_ = top_ + results, of_message_ = weight_ + results;
  }
  void take(int row) {
    T* to = log_entry_;
    for (int i = 0; i < results_; ++i) {
      T top = -infinity<T>;
      for (int j = 0; j < messages_; ++j, ++to) {
        *to = *table_->row(transpose_ ? j * results_ + i : i * messages_ + j, row);
        top = top >= *to ? top : *to;
      }
      top_[i] = top == -infinity<T> ? T(0) : top;
      for (int j = 0; j < messages_; ++j) entry_[i * messages_ + j] = to[j - messages_] - top_[i];
    }
    packet::map(entry_, entry_, std::ptrdiff_t{results_} * messages_,
                [](auto x) { return packet::exp_of_negative<T>(x); });
    if (weighed_) weigh();
  }
  int plane(int i, int j) const { return transpose_ ? j * results_ + i : i * messages_ + j; }
  T log_entry(int i, int j) const { return log_entry_[i * messages_ + j]; }
  const T* of_result(int i) const { return entry_ + i * messages_; }
  T top(int i) const { return top_[i]; }
  /// The highest top, exp() of the others less it, and sums of all entries of a message with these weights.
  T highest() const { return highest_; }
  T weight(int i) const { return weight_[i]; }
  T of_message(int j) const { return of_message_[j]; }
  int results() const { return results_; }
  int messages() const { return messages_; }

 private:
  void weigh() {
    highest_ = -infinity<T>;
    for (int i = 0; i < results_; ++i)
      if (possible(i)) highest_ = std::max(highest_, top_[i]);
    if (highest_ == -infinity<T>) highest_ = 0;
    std::fill_n(of_message_, messages_, T(0));
    for (int i = 0; i < results_; ++i) {
      weight_[i] = possible(i) ? std::exp(top_[i] - highest_) : T(0);
      for (int j = 0; j < messages_; ++j) of_message_[j] += weight_[i] * entry_[i * messages_ + j];
    }
  }
  /// Some entry of the result is 1, then.
  bool possible(int i) const {
    return std::any_of(of_result(i), of_result(i) + messages_, [](T v) { return v != T(0); });
  }

  const View<const T>* table_;
  int results_, messages_;
  bool transpose_, weighed_;
  T *log_entry_, *entry_, *top_, *weight_, *of_message_, highest_ = 0;
  inline static thread_local std::vector<T> buffer;
};

/// `width` packets for each of some planes, of a block of columns; the memory stays for the next call.
template <class T, int width, int use>
class Block {
 public:
  explicit Block(int planes) {
    const std::size_t used = static_cast<std::size_t>(planes) * sizeof(Packet<T>) * width;
    if (buffer.size() < used + packet::bytes) buffer.resize(used + packet::bytes);
    void* at = buffer.data();
    std::size_t left = buffer.size();
    data_ = static_cast<Packet<T>*>(std::align(packet::bytes, used, at, left));
  }
  Packet<T>* operator[](int plane) { return data_ + std::ptrdiff_t{plane} * width; }

 private:
  Packet<T>* data_;
  inline static thread_local std::vector<std::byte> buffer;
};

/// Calls body(first column, columns) for blocks of `most` columns under each row of the table, which `entries` then has.
template <class T, class F>
void for_blocks(const View<const T>& table, Entries<T>& entries, const View<const T>& x, int most, F body) {
  const std::ptrdiff_t width = std::ptrdiff_t{table.rows == 1 ? x.rows : 1} * x.lanes;
  for (int r = 0; r < table.rows; ++r) {
    entries.take(r);
    for (std::ptrdiff_t at = 0; at < width; at += most)
      body(r * std::ptrdiff_t{x.lanes} + at, static_cast<int>(std::min<std::ptrdiff_t>(most, width - at)));
  }
}

/// Packet w of the columns from `from`, of which there are `count`.
template <class T>
Packet<T> columns(const View<const T>& x, int plane, std::ptrdiff_t from, int count, int w) {
  const int first = w * static_cast<int>(packet::size<T>);
  if (first >= count) return Packet<T>{};
  return packet::load(x.data + plane * x.plane_stride + from + first, std::ptrdiff_t{count - first});
}

/// exp(message - top) of each plane; returns the largest message of each column, 0 where there is none above -inf.
template <class T>
Packet<T> take_message(const View<const T>& x, std::ptrdiff_t from, int count, int w, Packet<T>* to,
                       std::ptrdiff_t stride) {
  Packet<T> top = packet::constant(-infinity<T>);
  for (int j = 0; j < x.planes; ++j) {
    to[j * stride] = columns(x, j, from, count, w);
    top = packet::max(to[j * stride], top);
  }
  top = packet::select<T>(top == -infinity<T>, Packet<T>{}, top);
  for (int j = 0; j < x.planes; ++j) to[j * stride] = packet::exp_of_negative<T>(to[j * stride] - top);
  return top;
}

/// The sum of all messages of a block's columns before they are normalised, less the tops.
template <class T, int width>
void sum_of_results(const Entries<T>& m, const Packet<T>* e, int stride, Packet<T> (&all)[width]) {
  for (auto& sum : all) sum = Packet<T>{};
  for (int j = 0; j < m.messages(); ++j)
    for (int w = 0; w < width; ++w) all[w] += m.of_message(j) * e[j * stride + w];
}

/// log sum_j exp(table_ij + x_j) of one column, exact for any numbers; -inf where every term is impossible.
template <class T>
T exact_message(const Entries<T>& m, int i, const View<const T>& x, std::ptrdiff_t column) {
  const auto term = [&](int j) { return m.log_entry(i, j) + x.data[j * x.plane_stride + column]; };
  T top = -infinity<T>, sum = 0;
  for (int j = 0; j < m.messages(); ++j) top = std::max(top, term(j));
  if (std::isinf(top)) return top;
  for (int j = 0; j < m.messages(); ++j) sum += std::exp(term(j) - top);
  return top + std::log(sum);
}

/// log of the sum of exp() of all messages of one column.
template <class T>
T exact_total(const Entries<T>& m, const View<const T>& x, std::ptrdiff_t column) {
  T top = -infinity<T>, sum = 0;
  for (int i = 0; i < m.results(); ++i) top = std::max(top, exact_message(m, i, x, column));
  if (std::isinf(top)) return top;
  for (int i = 0; i < m.results(); ++i) sum += std::exp(exact_message(m, i, x, column) - top);
  return top + std::log(sum);
}

}  // namespace unfurl::cpu::kernels
