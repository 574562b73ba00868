/// For authors of spaces: what one has to provide.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "unfurl/error.hpp"
#include "unfurl/space.hpp"

namespace unfurl {

/// A parameter in a training. Spaces whose entries do not depend on each other also see parts of it, some entries each.
template <class T>
struct Point {
  T* value = nullptr;
  T* coordinates =
      nullptr;           ///< one number an entry that the space keeps beside the value; null: it keeps none
  T* least = nullptr;    ///< one number of the whole parameter, which the space may choose at the start
  std::size_t size = 0;  ///< entries here
  int rows = 0, columns = 0;  ///< of the whole parameter, which is row-major
  double* scratch = nullptr;  ///< as many numbers as SpaceType::scratch says, of any value
};

/// How a parameter moves and stays what it is. Vectors have the parameter's extents. Steps run for every batch, from several
/// threads at once and on parts where entries do not depend on each other: they keep nothing and allocate nothing.
class SpaceType {
 public:
  virtual ~SpaceType() = default;
  virtual std::string name() const = 0;
  /// What programs may take for granted of every entry.
  virtual Domain domain() const { return Domain::real; }
  /// What is wrong with these values, as in "parameter 'W' <objection>"; empty where they are in the space, up to rounding in
  /// single precision.
  virtual std::string objection(std::span<const double> values, int rows, int columns) const = 0;
  /// Moves values to the nearest ones in the space, or to near ones.
  virtual void project(std::span<double> values, int rows, int columns) const = 0;

  /// Whether every entry moves for itself.
  virtual bool entrywise() const { return false; }
  /// Whether it keeps coordinates.
  virtual bool has_coordinates() const { return false; }
  virtual std::size_t scratch(int /*rows*/, int /*columns*/) const { return 0; }
  /// Whether its entries may be multiplied with positive numbers, see scale().
  virtual bool scales() const { return false; }
  /// The space itself, unless it leaves to the optimizer how it stays positive.
  virtual const SpaceType& with(Positivity) const { return *this; }

  /// Sets the coordinates and the least value by the values that a training starts from.
  virtual void begin(const Point<float>& whole) const = 0;
  virtual void begin(const Point<double>& whole) const = 0;
  /// Makes the gradient of a loss by the entries tangent: the gradient by the coordinates, or the part of it along the space.
  virtual void pullback(const Point<float>& at, float* gradient) const = 0;
  virtual void pullback(const Point<double>& at, double* gradient) const = 0;
  /// Moves along the tangent part of a step, and ends in the space. The step may be overwritten.
  virtual void retract(const Point<float>& at, float* step) const = 0;
  virtual void retract(const Point<double>& at, double* step) const = 0;
  /// Multiplies every entry with its factor, and ends in the space. The factors may be overwritten.
  virtual void scale(const Point<float>& at, float* factors) const = 0;
  virtual void scale(const Point<double>& at, double* factors) const = 0;
};

/// A space that is written once for both precisions: Derived has
///   template <class T> void pull(const Point<T>& at, T* gradient) const;   template <class T> void move(const Point<T>& at, T* step) const;
/// and, where it needs them,
///   template <class T> void start(const Point<T>& whole) const;            template <class T> void times(const Point<T>& at, T* factors) const;
template <class Derived>
class SpaceOf : public SpaceType {
 public:
  void begin(const Point<float>& whole) const final { self().start(whole); }
  void begin(const Point<double>& whole) const final { self().start(whole); }
  void pullback(const Point<float>& at, float* gradient) const final { self().pull(at, gradient); }
  void pullback(const Point<double>& at, double* gradient) const final { self().pull(at, gradient); }
  void retract(const Point<float>& at, float* step) const final { self().move(at, step); }
  void retract(const Point<double>& at, double* step) const final { self().move(at, step); }
  void scale(const Point<float>& at, float* factors) const final { self().times(at, factors); }
  void scale(const Point<double>& at, double* factors) const final { self().times(at, factors); }

 protected:
  template <class T>
  void start(const Point<T>&) const {}
  /// Steps by entry * (factor - 1).
  template <class T>
  void times(const Point<T>& at, T* factors) const {
    for (std::size_t i = 0; i < at.size; ++i) factors[i] = at.value[i] * (factors[i] - 1);
    self().move(at, factors);
  }

 private:
  friend Derived;
  SpaceOf() = default;
  const Derived& self() const { return static_cast<const Derived&>(*this); }
};

}  // namespace unfurl
