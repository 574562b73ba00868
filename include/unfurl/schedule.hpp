/// How often a step runs, and which layers share which parameters. Says nothing about probability.
///
/// A network of K layers uses parameters in K + 1 places: the layers 0 .. K-1 and the read-out. Untying gives places
/// copies of their own; apart from K, no schedule changes what the untrained network computes.
#pragma once

#include "unfurl/algorithms.hpp"
#include "unfurl/model.hpp"
#include "unfurl/network.hpp"

namespace unfurl {

/// A set of places of a K-layer network.
struct Places {
  enum class Kind { all, last, blocks, range, readout } kind = Kind::all;
  int first = 0, count = 0;
};
/// The last C layers and the read-out; earlier layers keep the initial values, untrained ([Hershey14], C).
Places last(int layers);
/// n runs of neighbouring layers of nearly equal length, one copy each; the read-out goes with the last.
Places blocks(int n);
/// Layers first .. first + count - 1 (0-based), each with its own copy; the others share one.
Places layers(int first, int count);
/// The read-out alone has a copy of its own.
Places readout();

/// Which parameters a rule of the schedule speaks of: all, one handle, or a name (of an algorithm's parameter).
class What {
 public:
  struct All {};
  What(All) {}                                        // NOLINT
  What(const Param& p) : name_(p.name()) {}           // NOLINT
  What(std::string name) : name_(std::move(name)) {}  // NOLINT
  What(const char* name) : name_(name) {}             // NOLINT
  bool all() const { return name_.empty(); }
  const std::string& name() const& { return name_; }
  std::string name() && { return std::move(name_); }

 private:
  std::string name_;
};
inline constexpr What::All all{};

/// The tying of one parameter: which copy each place uses, and which copies are not trained.
struct Tying {
  std::vector<int> copy;     ///< per place: layers 0 .. K-1, then the read-out
  std::vector<bool> frozen;  ///< per copy
  bool scaled = false;       ///< times a trained scalar per place
  int copies() const { return static_cast<int>(frozen.size()); }
};

/// A schedule. By default everything is tied: K iterations of the plain algorithm. Errors name the line of the rule that
/// is wrong.
class Schedule {
 public:
  Schedule(Model model, AlgorithmPointer algorithm, int layers, Where where);

  Schedule& tie(const What& what, Where where = Where::here()) &;
  /// A copy for every one of the places. Throws ScheduleError for unknown names (with near ones) and impossible places.
  Schedule& untie(const What& what, Places places = {}, Where where = Where::here()) &;
  /// One shared tensor, multiplied in every place by a trained scalar of that place, initially 1.
  Schedule& scale(const What& what, Where where = Where::here()) &;
  /// Not trained, anywhere.
  Schedule& freeze(const What& what, Where where = Where::here()) &;
  /// Samples of n consecutive frames, inferred one after the other: the rows of data and results become n times as many,
  /// the first frame first, and data that the model looks at in `context` have the frames around them as well. Throws
  /// ScheduleError for n < 1, and for n > 1 with discrete variables.
  Schedule& frames(int n, Where where = Where::here()) &;
  /// Tying by name, as on the command line: "tied", "untied", "scaled", "readout", "last:C", "blocks:n".
  Schedule& tying(const std::string& text, Where where = Where::here()) &;

  // How the gradient goes back; results stay what they are. All throw ScheduleError for less than one.

  /// Training keeps every k-th layer's carried values and computes again what lies between [Chen16]: less memory, the least
  /// for k of about the square root of the number of layers, for at most one more forward pass. The same bits.
  Schedule& recompute_every(int k, Where where = Where::here()) &;
  /// The gradient flows through the last n layers only, as if what they start from were data: near a fixed point that of
  /// the fixed point, but for what n iterations forget, in the memory of n layers however many there are [Shaban19].
  Schedule& through_last(int n, Where where = Where::here()) &;
  /// The gradient of a fixed point, which the layers have to reach, by the implicit function theorem: n iterations of the
  /// adjoint, all at the last layer, in the memory of one [Almeida87, Bai19]. Training refuses losses of other layers, and
  /// compile() layers with copies of their own and several frames.
  Schedule& implicit(int n, Where where = Where::here()) &;

  // The same of a schedule that nobody else holds: `unroll(...).untie(all)` is a value.
  Schedule tie(const What& what, Where where = Where::here()) && { return std::move(tie(what, where)); }
  Schedule untie(const What& what, Places places = {}, Where where = Where::here()) && {
    return std::move(untie(what, places, where));
  }
  Schedule scale(const What& what, Where where = Where::here()) && { return std::move(scale(what, where)); }
  Schedule freeze(const What& what, Where where = Where::here()) && { return std::move(freeze(what, where)); }
  Schedule frames(int n, Where where = Where::here()) && { return std::move(frames(n, where)); }
  Schedule tying(const std::string& text, Where where = Where::here()) && {
    return std::move(tying(text, where));
  }
  Schedule recompute_every(int k, Where where = Where::here()) && {
    return std::move(recompute_every(k, where));
  }
  Schedule through_last(int n, Where where = Where::here()) && { return std::move(through_last(n, where)); }
  Schedule implicit(int n, Where where = Where::here()) && { return std::move(implicit(n, where)); }

  /// The tying of every parameter, of the model and of the algorithm.
  const std::map<std::string, Tying>& table() const& { return tying_; }
  std::map<std::string, Tying> table() && { return std::move(tying_); }

  /// Throws ScheduleError when the algorithm cannot serve a factor of the model.
  Network compile() const;

  /// The layers one by one; their number costs nothing where all are alike. Throws ScheduleError as compile(), and for samples
  /// of several frames.
  LayerPrograms by_layer() const;

 private:
  std::vector<std::string> select(const What& what, const Where& where) const;
  void check_fixed_point() const;

  std::shared_ptr<const Model> model_;  ///< which what is made of it shares
  AlgorithmPointer algorithm_;
  int layers_;
  int frames_ = 1;
  Backward backward_;
  Where where_;
  std::map<std::string, Tying> tying_;  ///< by parameter
  std::vector<std::string> computed_;   ///< parameters that rules for all leave alone
};

/// K iterations of the algorithm on the model. Throws ScheduleError for K < 1 and models without factors.
Schedule unroll(const Model& model, const AlgorithmPointer& algorithm, int layers,
                Where where = Where::here());

}  // namespace unfurl
