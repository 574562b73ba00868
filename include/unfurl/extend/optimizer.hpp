/// For authors of optimizers: what one has to provide, and what it gets.
///
/// An optimizer is a rule without a memory of its own: what it remembers of a parameter lies in arrays that the training
/// keeps, so that every optimizer can be resumed to the same bits. It never asks what a parameter is. It turns tangent
/// vectors into steps, and the parameter's space takes them:
///
///     class HeavyBall final : public unfurl::OptimizerOf<HeavyBall> {
///      public:
///       std::string describe() const override { return "HeavyBall"; }
///       std::vector<std::string> memory(const unfurl::SpaceType&) const override { return {"velocity"}; }
///       template <class T>
///       void take(std::span<unfurl::Update<T>> updates, const unfurl::StepInfo&) const {
///         for (auto& u : updates)
///           u.move([&](std::ptrdiff_t first, std::ptrdiff_t count, T* vector) {
///             T* velocity = u.memory[0] + first;
///             for (std::ptrdiff_t i = 0; i < count; ++i)
///               vector[i] = velocity[i] = T(0.9) * velocity[i] - T(0.01) * vector[i];
///           });
///       }
///     };
///     trainer.optimizer = std::make_shared<HeavyBall>();
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "unfurl/extend/gradient.hpp"
#include "unfurl/extend/space.hpp"

namespace unfurl {

/// A function that outlives the call it is given to; unlike std::function it never allocates.
template <class Signature>
class FunctionReference;
template <class R, class... Args>
class FunctionReference<R(Args...)> {
 public:
  template <class F>
  FunctionReference(F& f)  // NOLINT: a reference
      : function_(const_cast<void*>(static_cast<const void*>(&f))),
        call_([](void* function, Args... args) -> R { return (*static_cast<F*>(function))(args...); }) {}
  R operator()(Args... args) const { return call_(function_, args...); }

 private:
  void* function_;
  R (*call_)(void*, Args...);
};

/// One trained parameter in a step. What it calls gets runs of entries, `count` from `first` on: several threads at once call
/// it for long parameters of entrywise spaces; other spaces give all entries in one run. The runs, and so the bits, do not
/// depend on the threads.
template <class T>
struct Update {
  Point<T> point;
  const SpaceType* space = nullptr;
  /// Of the loss by the entries; null: zero. Rules that ask for split gradients get `plus` and `minus` in its place, whose
  /// difference it is.
  const T* gradient = nullptr;
  const T* plus = nullptr;
  const T* minus = nullptr;
  std::vector<T*> memory{};  ///< what OptimizerRule::memory names, one number an entry
  T* spare = nullptr;        ///< one number an entry, of any value, for this step
  int threads = 1;

  std::size_t size() const { return point.size; }

  /// step(first, count, vector) turns the tangent vector, times `factor`, into the step that the space takes.
  template <class F>
  void move(F&& step, T factor = T(1)) const {
    move_along(step, factor);
  }
  /// factors(first, count, to) says with what to multiply the entries, of a space that scales.
  template <class F>
  void scale(F&& factors) const {
    scale_by(factors);
  }
  /// body(first, count) for all entries.
  template <class F>
  void each(F&& body) const {
    for_runs(body);
  }
  /// The sum of body(first, count), in a fixed order.
  template <class F>
  double sum(F&& body) const {
    return sum_runs(body);
  }

  T* vector = nullptr;     ///< one number an entry, where the space is not entrywise
  double* sums = nullptr;  ///< one number a run

 private:
  void move_along(FunctionReference<void(std::ptrdiff_t, std::ptrdiff_t, T*)> step, T factor) const;
  void scale_by(FunctionReference<void(std::ptrdiff_t, std::ptrdiff_t, T*)> factors) const;
  void for_runs(FunctionReference<void(std::ptrdiff_t, std::ptrdiff_t)> body) const;
  double sum_runs(FunctionReference<double(std::ptrdiff_t, std::ptrdiff_t)> body) const;
};

extern template struct Update<float>;
extern template struct Update<double>;

/// Where in the training a step is.
struct StepInfo {
  std::int64_t number = 1;  ///< of steps since the optimizer began, this one included
  double progress = 0;      ///< share of the training (of a stage, in a curriculum) that is done
  double strength = 1;      ///< halved under backtracking
  double loss = 1;          ///< of the batch
};

class OptimizerRule {
 public:
  virtual ~OptimizerRule() = default;
  /// Name and options: a resumed training refuses others.
  virtual std::string describe() const = 0;
  /// Names of the arrays that it keeps of every parameter in this space; they begin as zeros.
  virtual std::vector<std::string> memory(const SpaceType&) const { return {}; }
  /// What becomes of parameters that are declared `nonneg` and nothing more.
  virtual Positivity positivity() const { return Positivity::log; }
  /// Whether it can train parameters of this space.
  virtual bool trains(const SpaceType&) const { return true; }
  /// Whether it wants gradients as halves; and whether these lose what they share in every layer.
  virtual bool split() const { return false; }
  virtual bool cancel_per_layer() const { return false; }
  /// The rate of a step, for records; absent for rules without.
  virtual std::optional<double> rate(const StepInfo&) const { return {}; }
  /// How often a step is halved while the batch's loss rises.
  virtual int backtracking() const { return 0; }

  /// Moves every parameter. Must not allocate where training steps must not.
  virtual void step(std::span<Update<float>> updates, const StepInfo& info) const = 0;
  virtual void step(std::span<Update<double>> updates, const StepInfo& info) const = 0;
};

/// An optimizer that is written once for both precisions: Derived has
///   template <class T> void take(std::span<Update<T>> updates, const StepInfo& info) const;
template <class Derived>
class OptimizerOf : public OptimizerRule {
 public:
  void step(std::span<Update<float>> updates, const StepInfo& info) const final {
    self().take(updates, info);
  }
  void step(std::span<Update<double>> updates, const StepInfo& info) const final {
    self().take(updates, info);
  }

 private:
  friend Derived;
  OptimizerOf() = default;
  const Derived& self() const { return static_cast<const Derived&>(*this); }
};

}  // namespace unfurl
