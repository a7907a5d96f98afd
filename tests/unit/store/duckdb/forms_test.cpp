#include "duckdb/forms.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace logchute::store::duck;

TEST_CASE("a form has a number from its second sight on") {
    Forms forms;
    CHECK(forms.number_of("a") == 0);
    CHECK(forms.size() == 0);
    CHECK(forms.number_of("a") == 1);
    CHECK(forms.number_of("a") == 1);
    CHECK(forms.text(1) == "a");
}

TEST_CASE("numbers that are not in use have no text") {
    Forms forms;
    forms.load("a");
    CHECK(forms.text(0).empty());
    CHECK(forms.text(2).empty());
    CHECK(forms.text(65535).empty());
}

TEST_CASE("forms that were loaded keep their numbers") {
    Forms forms;
    forms.load("a");
    forms.load("b");
    CHECK(forms.number_of("b") == 2);
    CHECK(forms.number_of("a") == 1);
}

TEST_CASE("there are at most kFormsMax forms, and the others have none") {
    Forms forms;
    for (std::size_t i = 0; i < kFormsMax; ++i) forms.load("form " + std::to_string(i));
    CHECK(forms.number_of("new") == 0);
    CHECK(forms.number_of("new") == 0);
    CHECK(forms.number_of("form 4095") == kFormsMax);
}
