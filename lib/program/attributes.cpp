// Attributes of any struct, by their lists of fields.
#include "unfurl/extend/attributes.hpp"

#include <bit>
#include <cstdint>
#include <functional>

#include "program/words.hpp"
#include "unfurl/error.hpp"

namespace unfurl::ir {

using detail::cat;

namespace {

std::uint64_t bits(double x) { return x != x ? 0x7ff8000000000000ULL : std::bit_cast<std::uint64_t>(x); }

void mix(std::size_t& hash, std::size_t x) { hash ^= x + 0x9e3779b97f4a7c15ULL + (hash << 6) + (hash >> 2); }

struct Hash {
  std::size_t operator()(const bool* x) const { return *x ? 1 : 0; }
  std::size_t operator()(const int* x) const { return static_cast<std::size_t>(*x); }
  std::size_t operator()(const double* x) const { return bits(*x); }
  std::size_t operator()(const std::string* x) const { return std::hash<std::string>()(*x); }
  std::size_t operator()(const Axis* x) const { return static_cast<std::size_t>(*x); }
  std::size_t operator()(const Type* x) const {
    std::size_t h = static_cast<std::size_t>(x->planes);
    mix(h, static_cast<std::size_t>(x->rows));
    mix(h, x->lanes ? 1 : 0);
    mix(h, static_cast<std::size_t>(x->domain));
    mix(h, static_cast<std::size_t>(x->states));
    return h;
  }
  std::size_t operator()(const Index* x) const { return *x ? (*x)->hash : 0; }
  std::size_t operator()(const Numbers* x) const {
    std::size_t h = 0;
    if (*x)
      for (const double v : **x) mix(h, bits(v));
    return h;
  }
};

struct Same {
  template <class T>
  bool operator()(const T* a, const T* b) const {
    return *a == *b;
  }
  bool operator()(const double* a, const double* b) const { return bits(*a) == bits(*b); }
  bool operator()(const Index* a, const Index* b) const { return *a == *b || (*a && *b && **a == **b); }
  bool operator()(const Numbers* a, const Numbers* b) const {
    if (*a == *b) return true;
    if (!*a || !*b || (*a)->size() != (*b)->size()) return false;
    for (std::size_t i = 0; i < (*a)->size(); ++i)
      if (bits((**a)[i]) != bits((**b)[i])) return false;
    return true;
  }
  template <class T, class U>
  bool operator()(const T*, const U*) const {
    return false;
  }
};

bool same(const Field& a, const Field& b) { return std::visit(Same{}, a, b); }

}  // namespace

bool Attributes::same_struct(const Attributes& other) const {
  return held_ && other.held_ ? held_->type() == other.held_->type() : held_ == other.held_;
}

bool Attributes::operator==(const Attributes& other) const {
  if (held_ == other.held_) return true;
  if (!same_struct(other)) return false;
  const auto mine = held_->list(), theirs = other.held_->list();
  for (std::size_t i = 0; i < mine.size(); ++i)
    if (!same(mine[i].second, theirs[i].second)) return false;
  return true;
}

std::size_t Attributes::hash() const {
  std::size_t h = 0;
  if (held_)
    for (const auto& [name, field] : held_->list()) mix(h, std::visit(Hash{}, field));
  return h;
}

std::string Attributes::text(const Attributes& usual, Text extent) const {
  std::string s;
  if (!held_) return s;
  const auto mine = held_->list();
  const auto other = same_struct(usual) ? usual.held_->list() : decltype(held_->list()){};
  const auto shown = [&](std::size_t i) {
    const Field& f = mine[i].second;
    const bool large = std::get_if<Type*>(&f) || std::get_if<Index*>(&f) || std::get_if<Numbers*>(&f);
    return !(large && extent == Text::brief) && (other.empty() || !same(f, other[i].second));
  };
  for (std::size_t i = 0; i < mine.size(); ++i)
    if (shown(i)) s += cat(s.empty() ? "" : " ", mine[i].first, "=", word(mine[i].second));
  return s;
}

Attributes Attributes::with(const std::string& name, const std::string& value) const {
  std::vector<std::string> known;
  if (held_) {
    const std::shared_ptr<Base> copy = held_->copy();
    for (const auto& [field_name, field] : copy->list()) {
      known.emplace_back(field_name);
      if (name != field_name) continue;
      read_word(value, field);
      Attributes changed;
      changed.held_ = copy;
      return changed;
    }
  }
  throw DataError(cat("there is no attribute '", name, "'"), "", detail::did_you_mean(name, known));
}

Attributes Attributes::without_lanes() const {
  if (!held_) return {};
  const std::shared_ptr<Base> copy = held_->copy();
  for (const auto& [name, field] : copy->list())
    if (Type* const* type = std::get_if<Type*>(&field)) (*type)->lanes = false;
  Attributes changed;
  changed.held_ = copy;
  return changed;
}

void Attributes::refuse(const std::type_info& wanted) const {
  throw InternalError(cat("attributes are asked for as ", wanted.name(), " and are ",
                          held_ ? held_->type().name() : "absent"));
}

}  // namespace unfurl::ir
