#include "logchute/core/json_records.hpp"

#include <simdjson.h>

namespace logchute {
namespace {

namespace dom = simdjson::dom;

std::string_view kind_name(dom::element_type type) {
    switch (type) {
        case dom::element_type::ARRAY: return "an array";
        case dom::element_type::OBJECT: return "an object";
        case dom::element_type::STRING: return "a string";
        case dom::element_type::BOOL: return "a boolean";
        case dom::element_type::NULL_VALUE: return "null";
        default: return "a number";
    }
}

std::unexpected<Error> not_objects(std::string_view what) {
    return fail(Errc::invalid, "the body must be one JSON object or an array of objects, but " + std::string(what));
}

/// Checks that all of `root` is what we take, and counts it.
Result<std::uint64_t> count_objects(const dom::element& root) {
    if (root.is_object()) return 1;
    if (!root.is_array()) return not_objects("it is " + std::string(kind_name(root.type())));
    std::uint64_t count = 0;
    for (const dom::element element : dom::array(root)) {
        ++count;
        if (!element.is_object()) return not_objects("element " + std::to_string(count) + " is " + std::string(kind_name(element.type())));
    }
    return count;
}

/// Minified JSON, cut into lines: behind each object that stands in the outermost array.
void append_elements(std::string& lines, std::string_view array) {
    std::size_t depth = 0;
    bool in_string = false;
    std::size_t begin = 0;
    for (std::size_t i = 0; i < array.size(); ++i) {
        const char c = array[i];
        if (in_string) {
            if (c == '\\')
                ++i;
            else if (c == '"')
                in_string = false;
            continue;
        }
        if (c == '"') {
            in_string = true;
        } else if (c == '{' || c == '[') {
            if (depth++ == 1) begin = i;
        } else if (c == '}' || c == ']') {
            if (--depth == 1) lines.append(array.substr(begin, i + 1 - begin)).push_back('\n');
        }
    }
}

}  // namespace

Result<JsonRecords> json_records(std::string_view document) {
    dom::parser parser;
    dom::element root;
    const simdjson::padded_string padded(document);
    if (const auto error = parser.parse(padded).get(root); error == simdjson::EMPTY)
        return fail(Errc::invalid, "the body is empty; send one JSON object or an array of objects");
    else if (error != simdjson::SUCCESS)
        return fail(Errc::invalid, std::string("the body is not valid JSON (") + simdjson::error_message(error) +
                                       "); send one JSON object, an array of objects, or lines as application/x-ndjson");
    const auto count = count_objects(root);
    if (!count) return std::unexpected(count.error());

    std::string minified(document.size(), '\0');
    std::size_t size = 0;
    if (const auto error = simdjson::minify(document.data(), document.size(), minified.data(), size); error != simdjson::SUCCESS)
        return fail(Errc::invalid, std::string("the body is not valid JSON (") + simdjson::error_message(error) + ")");
    minified.resize(size);
    if (root.is_object()) return JsonRecords{std::move(minified), 1};
    JsonRecords records{{}, *count};
    records.lines.reserve(size);
    append_elements(records.lines, minified);
    return records;
}

}  // namespace logchute
