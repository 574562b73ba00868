/// What an operation needs besides its operands: each has a small struct of its own, compared, hashed, printed and read by
/// one mechanism. A struct lists its fields once, each of a type of `Field`:
///
///   struct Exponent {
///     double exponent = 1;
///     static constexpr auto fields() { return std::tuple(field("exponent", &Exponent::exponent)); }
///   };
#pragma once

#include <memory>
#include <tuple>
#include <type_traits>
#include <typeinfo>
#include <utility>
#include <variant>
#include <vector>

#include "unfurl/extend/type.hpp"

namespace unfurl::ir {

/// A field of attributes, whatever its type.
using Field = std::variant<bool*, int*, double*, std::string*, Axis*, Type*, Index*, Numbers*>;

/// A field of the struct S by name.
template <class S, class T>
struct NamedField {
  const char* name;
  T S::*member;
};
template <class S, class T>
constexpr NamedField<S, T> field(const char* name, T S::*member) {
  return {name, member};
}

/// The attributes of one node: nothing, or a struct of the operation's choice. Immutable; copies share it.
class Attributes {
 public:
  Attributes() = default;
  template <class S, class = decltype(std::remove_cvref_t<S>::fields())>
  Attributes(S&& fields)  // NOLINT: a struct of fields is attributes
      : held_(std::make_shared<const Held<std::remove_cvref_t<S>>>(std::forward<S>(fields))) {}

  bool empty() const { return held_ == nullptr; }
  /// Null where another struct, or none, is held.
  template <class S>
  const S* find() const {
    return held_ && held_->type() == typeid(S) ? &static_cast<const Held<S>&>(*held_).fields_ : nullptr;
  }
  /// Throws InternalError where another struct, or none, is held.
  template <class S>
  const S& as() const {
    const S* found = find<S>();
    if (!found) refuse(typeid(S));
    return *found;
  }

  bool same_struct(const Attributes& other) const;
  /// The same struct with the same numbers; NaN equals itself, and 0 is not -0.
  bool operator==(const Attributes& other) const;
  std::size_t hash() const;
  /// "axis=planes transpose=true": the fields that differ from those of `usual`; brief texts leave out types and tables.
  enum class Text { all, brief };
  std::string text(const Attributes& usual = {}, Text extent = Text::all) const;
  /// The same with one field read from what text() writes. Throws DataError for an unknown name or an unreadable value.
  Attributes with(const std::string& name, const std::string& value) const;
  /// The same with types that have no lanes.
  Attributes without_lanes() const;

 private:
  struct Base {
    virtual ~Base() = default;
    virtual const std::type_info& type() const = 0;
    virtual std::shared_ptr<Base> copy() const = 0;
    /// Fields by name; those of a constant struct are only read.
    virtual std::vector<std::pair<const char*, Field>> list() const = 0;
  };
  template <class S>
  struct Held final : Base {
    explicit Held(S fields) : fields_(std::move(fields)) {}
    const std::type_info& type() const override { return typeid(S); }
    std::shared_ptr<Base> copy() const override { return std::make_shared<Held>(fields_); }
    std::vector<std::pair<const char*, Field>> list() const override {
      std::vector<std::pair<const char*, Field>> all;
      std::apply([&](auto... f) { (all.emplace_back(f.name, Field(&(fields_.*f.member))), ...); },
                 S::fields());
      return all;
    }
    mutable S fields_;  // changed in copies that nobody shares yet
  };
  [[noreturn]] void refuse(const std::type_info& wanted) const;

  std::shared_ptr<const Base> held_;
};

}  // namespace unfurl::ir
