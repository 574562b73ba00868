// Messages of parity checks.
#include "backend/onnx/writers/writers.hpp"
#include "program/attributes.hpp"
#include "program/operations.hpp"

namespace unfurl::onnx {

namespace {

/// The slots of every factor. Of log-ratios r with e = exp(-|r|) and m = 1 - e, two slots together have e = (e1 + e2) / (1 + e1 e2)
/// and m = m1 m2 / (1 + e1 e2): kept as fractions, e in units of the largest. See lib/backend/cpu/kernels/parity_messages.cpp.
class ParityCheck {
 public:
  ParityCheck(Nodes& nodes, const Name& ratios, int count)
      : n_(nodes), zero_(n_.number(0)), one_(n_.number(1)), slots_(static_cast<std::size_t>(count)) {
    for (std::size_t k = 0; k < slots_.size(); ++k) {
      const auto place = static_cast<std::int64_t>(k);
      slots_[k].ratio = n_.slice(ratios, 1, place, place + 1);
      slots_[k].size = n_.add("Abs", {slots_[k].ratio});
      const Name negative = n_.add("Less", {slots_[k].ratio, zero_});
      slots_[k].sign = n_.choose(negative, n_.number(-1), one_);
      sign_ = sign_.empty() ? slots_[k].sign : n_.times(sign_, slots_[k].sign);
    }
    const Name best =
        n_.add("TopK", {n_.add("Neg", {n_.add("Abs", {ratios})}), n_.integers({2})}, {{"axis", 1}}, 2);
    first_ = n_.add("Neg", {n_.slice(best, 1, 0, 1)});
    second_ = n_.add("Neg", {n_.slice(best, 1, 1, 2)});
    scale_ = exponential(n_.add("Neg", {first_}));
    square_ = n_.times(scale_, scale_);
  }

  Name messages() {
    fractions();
    sums();
    const Name sure = n_.add("Greater", {first_, n_.number(n_.largest())});
    const Name far = n_.add("Greater", {n_.minus(second_, first_), n_.number(n_.doubles() ? 300 : 50)});
    std::vector<Name> all;
    for (Slot& slot : slots_) {
      const Name sign = n_.times(sign_, slot.sign);
      const Name infinite = n_.times(sign, n_.over(one_, zero_));
      const Name smallest = n_.add("LessOrEqual", {slot.size, first_});
      const Name apart = n_.add("And", {far, smallest});
      const Name told = n_.choose(apart, slot.others, n_.times(sign, slot.message));
      all.push_back(n_.choose(sure, infinite, told));
    }
    return n_.add("Concat", all, {{"axis", 1}});
  }

 private:
  struct Slot {
    Name ratio, size, sign, e, m, before_e, before_m, message, others;
  };

  Name exponential(const Name& a) { return n_.add("Exp", {a}); }
  Name combined(const Name& e, const Name& other) {  // 1 + e1 e2
    return n_.plus(one_, n_.times(square_, n_.times(e, other)));
  }

  void fractions() {
    Name e = zero_, m = one_;
    const Name half = n_.number(0.5);
    for (Slot& slot : slots_) {
      slot.e = exponential(n_.minus(first_, slot.size));
      const Name under = n_.times(slot.e, scale_);
      slot.m = n_.choose(n_.add("Less", {under, half}), n_.minus(one_, under),
                         n_.add("Neg", {expm1(n_, n_.add("Neg", {slot.size}))}));
      slot.before_e = e, slot.before_m = m;
      const Name whole = combined(e, slot.e);
      e = n_.over(n_.plus(e, slot.e), whole);
      m = n_.over(n_.times(m, slot.m), whole);
    }
    e = zero_, m = one_;
    for (std::size_t k = slots_.size(); k-- > 0;) {
      Slot& slot = slots_[k];
      const Name whole = combined(slot.before_e, e);
      const Name others = n_.over(n_.plus(slot.before_e, e), whole);
      const Name apart = n_.over(n_.times(slot.before_m, m), whole);
      const Name left = n_.minus(one_, apart), lost = n_.minus(n_.minus(one_, left), apart);
      const Name large = n_.minus(first_, n_.add("Log", {others}));
      const Name small = n_.minus(n_.add("Neg", {n_.over(lost, left)}), n_.add("Log", {left}));
      slot.message = n_.choose(n_.add("Less", {n_.times(others, scale_), half}), large, small);
      const Name next = combined(e, slot.e);
      e = n_.over(n_.plus(e, slot.e), next);
      m = n_.over(n_.times(m, slot.m), next);
    }
  }

  /// Of the smallest slot, where fractions of the others in its units vanish.
  void sums() {
    std::vector<Name> after(slots_.size());
    for (std::size_t k = slots_.size() - 1; k-- > 0;)
      after[k] =
          after[k + 1].empty() ? slots_[k + 1].ratio : combined_parity(n_, slots_[k + 1].ratio, after[k + 1]);
    Name before;
    for (std::size_t k = 0; k < slots_.size(); ++k) {
      slots_[k].others = before.empty()     ? after[k]
                         : after[k].empty() ? before
                                            : combined_parity(n_, before, after[k]);
      before = before.empty() ? slots_[k].ratio : combined_parity(n_, before, slots_[k].ratio);
    }
  }

  Nodes& n_;
  Name zero_, one_, sign_, first_, second_, scale_, square_;
  std::vector<Slot> slots_;
};

Name parity_messages(const Site& s) {
  const int factors = s.attributes.as<ir::SlotRows>().factors, count = s.out.rows / factors;
  const Name by_slot = s.nodes.reshape(s.in[0], {0, count, factors});
  return s.nodes.reshape(ParityCheck(s.nodes, by_slot, count).messages(), {0, 1, s.out.rows});
}

}  // namespace

const Writers& parity_writers() {
  static const Writers table = {{&ir::ops::parity_messages, parity_messages}};
  return table;
}

}  // namespace unfurl::onnx
