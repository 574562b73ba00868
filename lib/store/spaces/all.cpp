// The table of spaces, and the handle that declarations hold.
#include "store/spaces/all.hpp"

#include <cmath>

namespace unfurl {

using detail::cat;

namespace {

const std::vector<spaces::Pointer>& table() {
#define UNFURL_CALL(name) spaces::name(),
  static const std::vector<spaces::Pointer> all{UNFURL_SPACES(UNFURL_CALL)};
#undef UNFURL_CALL
  return all;
}

/// A space that is known by its name alone, in which nothing can be trained; with a refusal, nothing is in it.
class Named final : public SpaceOf<Named> {
 public:
  Named(std::string name, Domain domain, std::string refusal = "")
      : name_(std::move(name)), domain_(domain), refusal_(std::move(refusal)) {}
  std::string name() const override { return name_; }
  Domain domain() const override { return domain_; }
  std::string objection(std::span<const double>, int, int) const override { return refusal_; }
  void project(std::span<double>, int, int) const override {}
  template <class T>
  void pull(const Point<T>&, T*) const {
    refuse();
  }
  template <class T>
  void move(const Point<T>&, T*) const {
    refuse();
  }

 private:
  [[noreturn]] void refuse() const {
    throw InternalError(cat("a step in the space '", name_, "', of which only the name is known"));
  }
  std::string name_;
  Domain domain_;
  std::string refusal_;
};

}  // namespace

Space spaces::by_name(const std::string& name, Domain domain) {
  for (const auto& type : table())
    if (type->name() == name) return Space(type);
  return Space(std::make_shared<Named>(name, domain));
}

Space space::named(const std::string& name) {
  std::vector<std::string> known;
  for (const auto& type : table()) {
    if (type->name() == name) return Space(type);
    known.push_back(type->name());
  }
  throw ModelError(cat("there is no space '", name, "'"), "", detail::did_you_mean(name, known));
}

// Before all that programs and models have at namespace scope and may declare with them.
#define UNFURL_EARLY [[gnu::init_priority(200)]]
UNFURL_EARLY const Space space::free = named("free");
UNFURL_EARLY const Space space::positive = named("positive");
UNFURL_EARLY const Space space::clipped = named("clipped");
UNFURL_EARLY const Space space::unit_columns = named("unit_columns");
UNFURL_EARLY const Space space::simplex = named("simplex");
UNFURL_EARLY const Space space::stiefel = named("stiefel");
#undef UNFURL_EARLY

Space::Space(Domain domain) {
  if (domain == Domain::index)
    type_ = std::make_shared<Named>("index", domain, "cannot be of whole numbers");
  else
    type_ = table()[domain == Domain::real ? 0 : 1];
}

Space::Space(std::shared_ptr<const SpaceType> type) : type_(std::move(type)) {
  if (!type_)
    throw ModelError("a space without a type", "",
                     "give a SpaceType, or take one of the library's: space::free");
}

std::string Space::name() const { return type_->name(); }
Domain Space::domain() const { return type_->domain(); }
bool Space::operator==(const Space& other) const { return type_ == other.type_ || name() == other.name(); }

std::vector<double> Space::nearest(int rows, int columns, std::vector<double> values) const {
  if (rows < 0 || columns < 0 ||
      values.size() != static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns))
    throw ModelError(cat(values.size(), " values for an array of ", rows, " x ", columns), "",
                     "give one for every entry, row by row");
  for (const double v : values)
    if (!std::isfinite(v))
      throw ModelError(cat("nothing in the space '", name(), "' is nearest to ", v), "",
                       "give finite numbers");
  if (values.empty()) return values;
  type_->project(values, rows, columns);
  if (const std::string why = type_->objection(values, rows, columns); !why.empty())
    throw ModelError(cat("no array of ", rows, " x ", columns, " is in the space '", name(), "': it ", why),
                     "", "take other extents, or another space");
  return values;
}

}  // namespace unfurl
