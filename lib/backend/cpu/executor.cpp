// Tiles in parallel, operations in order: a thread runs the whole program on its tile before it takes the next. Where there
// is one tile only, threads share the parts of each operation.
#include "backend/cpu/executor.hpp"

#include <omp.h>

#include <algorithm>
#include <exception>
#include <limits>

#include "backend/cpu/calls.hpp"
#include "backend/cpu/cut.hpp"
#include "backend/cpu/finite.hpp"
#include "backend/cpu/flush_denormals.hpp"
#include "backend/cpu/memory_refused.hpp"
#include "program/attributes.hpp"
#include "program/places.hpp"
#include "unfurl/error.hpp"

namespace unfurl::exec {

namespace {

using detail::cat;
using ir::Value;

template <class T>
void fill_constant(const ir::Node& node, T* to) {
  const auto& numbers = node.attributes.as<ir::Constant>();
  for (std::size_t i = 0; i < node.type.size(); ++i) to[i] = static_cast<T>(numbers.entry(i));
}

}  // namespace

template <class T>
Executor<T>::Executor(std::shared_ptr<const Plan> plan, int threads)
    : plan_(std::move(plan)), threads_(threads > 0 ? threads : omp_get_max_threads()) {
  external_.assign(plan_->phase.size(), nullptr);
  for (Value v : plan_->external) named_.emplace(plan_->graph[v].name(), v);
  reserve(once_, *plan_, plan_->once_size);
  workers_.resize(static_cast<std::size_t>(threads_));
  std::size_t operands = 0;
  for (int i = 0; i < plan_->graph.size(); ++i)
    operands = std::max(operands, plan_->graph[Value{i}].args.size());
  for (Worker& w : workers_) w.part.in.reserve(operands);
  for (const auto* steps : {&plan_->before, &plan_->after})
    for (const Step& s : *steps)
      if (plan_->graph[s.value].is_constant())
        fill_constant(plan_->graph[s.value], place(s.value, nullptr, nullptr, 0));
}

template <class T>
void Executor<T>::bind(const std::string& name, const T* data) {
  for (auto [it, end] = named_.equal_range(name); it != end; ++it) {
    const T*& external = external_[at(it->second)];
    if (external != data) prepared_ = prelude_done_ = false;
    external = data;
  }
}

template <class T>
T* Executor<T>::place(Value v, T* tile, T* sums, int lanes) const {
  const Place& p = plan_->place[at(v)];
  switch (p.area) {
    case Place::Area::once:
      return once_.data + p.offset;
    case Place::Area::tile: {
      const auto block = static_cast<std::size_t>(plan_->block[at(v)]);
      const std::size_t inside = p.offset - plan_->places.offset[block];
      const BlockPlaces& places = places_.at(quantum(lanes, sizeof(T)));
      return tile + (places.offset[block] + inside) * static_cast<std::size_t>(lanes);
    }
    case Place::Area::sums:
      return sums + p.offset;
    case Place::Area::external:
      return const_cast<T*>(external_[at(v)]);  // only ever read
    case Place::Area::none:
      break;
  }
  throw InternalError(cat("value %", v.id, " has no place"));
}

template <class T>
std::size_t Executor<T>::make_places(int lanes) {
  const int q = quantum(lanes, sizeof(T));
  auto found = places_.find(q);
  if (found == places_.end()) found = places_.emplace(q, place_blocks(*plan_, q)).first;
  return found->second.size * static_cast<std::size_t>(lanes);
}

template <class T>
std::vector<cpu::Call<T>> Executor<T>::prepare(const std::vector<Step>& steps, T* tile, int lanes) const {
  std::vector<cpu::Call<T>> calls;
  calls.reserve(steps.size());
  for (const Step& s : steps) {
    const ir::Node& node = plan_->graph[s.value];
    cpu::Call<T> c;
    const auto rows = [&](Value v) { return plan_->place[at(v)].rows; };
    c.out = view_of<T>(node.type, place(s.value, tile, sums_.data, lanes), lanes, rows(s.value));
    if (node.type.rows == 1) c.out.row_stride = c.out.lanes;
    for (Value a : node.args)
      c.in.push_back(
          view_of<const T>(plan_->graph.type(a), place(a, tile, sums_.data, lanes), lanes, rows(a)));
    c.attributes = &node.attributes;
    c.accumulate = plan_->place[at(s.value)].area == Place::Area::sums ? s.sign : 0;
    calls.push_back(std::move(c));
  }
  return calls;
}

template <class T>
void Executor<T>::run_step(const Step& step, const cpu::Call<T>& call, bool check) {
  const auto kernel = kernel_of<T>(step);
  if (!kernel) return;  // a constant
  const int parts = cuts_ ? count_parts(call, step.kernels.cut, part_entries) : 1;
  if (parts > 1)
    run_parts(step, call, parts);
  else
    kernel(call);
  if (check) require_finite(plan_->graph[step.value], call.out);
}

template <class T>
void Executor<T>::run_parts(const Step& step, const cpu::Call<T>& call, int parts) {
  const auto kernel = kernel_of<T>(step);
  const bool sums = is_sum(call, step.kernels.cut);
  const std::size_t size = call.out.size();
  if (sums) parts_.resize(size * static_cast<std::size_t>(parts));
  std::exception_ptr failure;
#pragma omp parallel num_threads(threads_) if (threads_ > 1)
  {
    const FlushDenormals flush(flush_denormals);
    cpu::Call<T>& part = workers_[static_cast<std::size_t>(omp_get_thread_num())].part;
#pragma omp for schedule(dynamic, 1)
    for (int i = 0; i < parts; ++i) {
      try {
        const bool any = take_part(call, step.kernels.cut, i, parts, part);
        if (sums) {
          part.accumulate = 0;
          part.out.data = std::fill_n(parts_.data + size * static_cast<std::size_t>(i), size, T(0)) - size;
        }
        if (any) kernel(part);
      } catch (...) {
#pragma omp critical(unfurl_executor_failure)
        if (!failure) failure = std::current_exception();
      }
    }
  }
  if (failure) std::rethrow_exception(failure);
  if (sums) add_parts(call, parts_.data, parts);
}

template <class T>
void Executor<T>::run_once(const std::vector<Step>& steps, const std::vector<cpu::Call<T>>& calls,
                           bool check) {
  for (std::size_t i = 0; i < steps.size(); ++i) run_step(steps[i], calls[i], check);
}

template <class T>
void Executor<T>::run_tile(Worker& worker, int slot, int first, int lanes, const Exchange<T>& exchange,
                           bool check) {
  const bool fresh = first / lanes_ < slots_;  // the slot's first tile writes its sums, others add to them
  reserve(worker.arena, *plan_, tile_entries_);
  T* tile = worker.arena.data;
  if (poison) std::fill_n(tile, tile_entries_, std::numeric_limits<T>::quiet_NaN());
  auto& calls = worker.calls[lanes];
  if (calls.empty()) calls = prepare(plan_->tile, tile, lanes);
  for (Value v : plan_->inputs)
    exchange.load(plan_->graph[v].name(), first, lanes, place(v, tile, nullptr, lanes));
  const auto slot_offset = static_cast<std::ptrdiff_t>(plan_->sums_size) * slot;
  for (std::size_t i = 0; i < calls.size(); ++i) {
    const Step& s = plan_->tile[i];
    if (s.phase == Phase::sum) {
      calls[i].out.data = place(s.value, tile, sums_.data, lanes) + slot_offset;
      calls[i].accumulate = fresh && s.begins && s.sign > 0 ? 0 : s.sign;
      if (fresh && s.begins && s.sign < 0) std::fill_n(calls[i].out.data, calls[i].out.size(), T(0));
    }
    run_step(s, calls[i], check);
  }
  for (const auto& [name, v] : plan_->graph.outputs) {
    if (plan_->phase[at(v)] != Phase::tile) continue;
    const T* data = place(v, tile, nullptr, lanes);
    if (require_finite_results &&
        !all_finite(data, plan_->graph.type(v).size() * static_cast<std::size_t>(lanes)))
      worker.finite = false;
    if (exchange.store) exchange.store(name, first, lanes, data);
  }
}

template <class T>
void Executor<T>::run(int batch, const Exchange<T>& exchange) {
  for (Value v : plan_->external)
    if (!external_[at(v)]) throw InternalError(cat("parameter '", plan_->graph[v].name(), "' is not bound"));
  const auto [lanes, tiles, slots] = tiling(*plan_, batch, fixed_lanes, wanted_slots);
  detail::check(fixed_lanes == 0 || batch % lanes == 0, "the samples fill whole tiles of a fixed width");
  std::size_t entries = tiles == 0 ? 0 : make_places(std::min(lanes, batch));
  if (const int rest = batch % lanes; rest != 0) entries = std::max(entries, make_places(rest));
  if (entries > tile_entries_) prepared_ = false;  // calls point into memory that is to grow
  tile_entries_ = std::max(tile_entries_, entries);
  if (lanes != lanes_ || slots != slots_ || !prepared_) {
    lanes_ = lanes;
    slots_ = slots;
    reserve(sums_, *plan_, plan_->sums_size * static_cast<std::size_t>(std::max(1, slots)));
    for (Worker& w : workers_) w.calls.clear();
    before_ = prepare(plan_->before, nullptr, 1);
    after_ = prepare(plan_->after, nullptr, 1);
    prepared_ = true;
  }
  // Samples in tiles of a fixed width have the same bits in any batch: those of whole operations.
  cuts_ = tiles == 1 && fixed_lanes == 0;
  execute(batch, tiles, exchange, false);
  if (!finite_ && require_finite_results) {
    execute(batch, tiles, exchange, true);
    throw NumericalError(
        "the result of a run is not finite", "",
        "a logarithm of what is impossible is not: take probabilities, or name other results");
  }
}

template <class T>
void Executor<T>::execute(int batch, int tiles, const Exchange<T>& exchange, bool check) {
  const FlushDenormals flush(flush_denormals);
  if (check || !keep_prelude || !prelude_done_) run_once(plan_->before, before_, check);
  prelude_done_ = true;
  for (Worker& w : workers_) w.finite = true;
  finite_ = true;
  if (slots_ == 0) std::fill_n(sums_.data, plan_->sums_size, T(0));
  // Where something is wrong, every rank looks for it in all slots, and so finds the same.
  const bool shared = ranks && ranks->size() > 1 && slots_ > 1 && !check;
  const auto [first, last] = shared ? slots_of_rank(*ranks, slots_) : std::pair(0, slots_);
  const std::exception_ptr failure = run_slots(first, last, batch, tiles, exchange, check);
  for (const Worker& w : workers_) finite_ = finite_ && w.finite;
  if (!shared) {
    if (failure) std::rethrow_exception(failure);
    add_slots(sums_.data, plan_->sums_size, slots_, threads_, flush_denormals);
  } else {
    const Ending mine = failure ? Ending::failed : finite_ ? Ending::good : Ending::not_finite;
    const Ending worst = add_slots(sums_.data, plan_->sums_size, slots_, *ranks, mine);
    finite_ = worst == Ending::good;
    if (worst == Ending::failed) execute(batch, tiles, exchange, true);
    if (worst == Ending::failed) std::rethrow_exception(failure ? failure : failure_elsewhere());
  }
  run_once(plan_->after, after_, check);
  for (const auto& [name, v] : plan_->graph.outputs)
    if (require_finite_results && plan_->phase[at(v)] != Phase::tile &&
        plan_->place[at(v)].area != Place::Area::external)
      finite_ = finite_ && all_finite(place(v, nullptr, sums_.data, 1), plan_->graph.type(v).size());
}

template <class T>
std::exception_ptr Executor<T>::run_slots(int first, int last, int batch, int tiles,
                                          const Exchange<T>& exchange, bool check) {
  std::exception_ptr failure;
  const auto work = [&](int thread, int slot) {
    try {
      const FlushDenormals flush(flush_denormals);
      Worker& worker = workers_[static_cast<std::size_t>(thread)];
      for (int t = slot; t < tiles; t += slots_)
        run_tile(worker, slot, t * lanes_, std::min(lanes_, batch - t * lanes_), exchange, check);
    } catch (...) {
#pragma omp critical(unfurl_executor_failure)
      if (!failure) failure = std::current_exception();
    }
  };
  if (check || threads_ == 1 || last - first <= 1) {
    for (int s = first; s < last && !failure; ++s) work(0, s);
  } else {
#pragma omp parallel for schedule(dynamic, 1) num_threads(threads_)
    for (int s = first; s < last; ++s) work(omp_get_thread_num(), s);
  }
  return failure;
}

template <class T>
const T* Executor<T>::result(const std::string& output) const {
  return result(plan_->graph.output(output));
}

template <class T>
const T* Executor<T>::result(Value output) const {
  return place(output, nullptr, sums_.data, 1);
}

template <class T>
std::size_t Executor<T>::memory() const {
  const std::size_t n = once_.storage.size() + sums_.storage.size() + parts_.storage.size();
  return n * sizeof(T) + memory_of_tiles();
}

template <class T>
std::size_t Executor<T>::memory_of_tiles() const {
  std::size_t n = 0;
  for (const Worker& w : workers_) n += w.arena.storage.size();
  return n * sizeof(T);
}

template class Executor<float>;
template class Executor<double>;

}  // namespace unfurl::exec
