// Texts that are no programs are refused, and the line is named.
#include "error/model_errors.hpp"
#include "unfurl/extend/program.hpp"

TEST_SUITE_BEGIN("error");

namespace unfurl::test {

TEST_CASE("a text that is no program is refused where it goes wrong") {
  const auto refuses = [](const std::string& line, const std::vector<std::string>& parts) {
    std::vector<std::string> all = parts;
    all.emplace_back("line 2 of the program");
    expect_error<DataError>(
        [&] { (void)ir::program_from_text("%0:[1, 2] = param name=\"x\" shape=[1, 2]\n" + line + "\n"); },
        all);
  };
  refuses("%2:[1, 2] = neg %0", {"'%2:[1, 2]'", "'%1:'"});
  refuses("%1:[1, 2] = neg %1", {"no value %1 yet"});
  refuses("%1:[1, 2] = neg", {"'neg' takes 1 operands, not 0"});
  refuses("%1:[1, 2] = nge %0", {"no operation 'nge'", "did you mean 'neg'"});
  refuses("%1:[1, 3] = neg %0", {"'neg' gives [1, 2], not [1, 3]"});
  refuses("%1:[1 2] = neg %0", {"'[1 2]' is no type"});
  refuses("%1:[1, 2]* = neg %0", {"'[1, 2]*' is no type"});
  refuses("%1:[1, 2] neg %0", {"'=' is missing"});
  refuses("%1:[1, 2]+ = pow %0 exponnet=2", {"no attribute 'exponnet'", "did you mean 'exponent'"});
  refuses("%1:[1, 2]+ = pow %0 exponent=two", {"'two' is no number"});
  refuses("%1:[1, 2]+ = pow %0 2", {"'2' is no attribute"});
  refuses("%1:[1, 2] = matmul %0 %0 axis=depth", {"'depth' is no axis"});
  refuses("%1:[1, 2] = matmul %0 %0 transpose=yes", {"'yes' is no true or false"});
  refuses("%1:[1, 1] = gather_rows %0 index=(5 of 2)", {"index 5 outside 0..1"});
  refuses("%1:[1, 1] = gather_rows %0 index=(1 of -5)", {"'(1 of -5)' is no index table"});
  refuses("%1:[1, 1] = gather_rows %0 index=(1 of 2147483647)", {"a table of 2147483647"});
  refuses("%1:[2147483647, 2] = broadcast %0 shape=[2147483647, 2]", {"a value of type [2147483647, 2]"});
  refuses("%1:[1, 1] = gather_rows %0 index=(1)", {"'(1)' is no index table"});
  refuses("%1:[1, 1] = gather_rows %0", {"do not fit [1, 2]"});
  refuses("%1:[1, 2] = constant shape=[1, 2] data=(1 x)", {"'x' is no list of numbers"});
  refuses("%1:[1, 2] = neg %0  # layr 2", {"'layr' is none of"});
  refuses("return x = %0", {"'x' is no text in quotation marks"});
  refuses("return \"x\" = %4", {"no value %4 yet"});
}

}  // namespace unfurl::test

TEST_SUITE_END();
