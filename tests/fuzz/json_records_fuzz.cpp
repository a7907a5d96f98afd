// Documents of JSON against any bytes. A second parser decides which are to be taken; what is taken is cut into one line an object, and says
// what it said before.
#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>

#include "logchute/core/json_records.hpp"

using namespace logchute;

namespace {

void require(bool condition) {
    if (!condition) std::abort();
}

bool is_objects(const nlohmann::json& parsed) {
    if (!parsed.is_array()) return parsed.is_object();
    return std::all_of(parsed.begin(), parsed.end(), [](const auto& element) { return element.is_object(); });
}

/// What nlohmann's parser reads otherwise: half a surrogate pair, a number beyond a double, deep nesting, text behind a NUL.
bool may_differ(const std::string& document) {
    return document.contains("\\u") || document.find_first_of("eE") != document.npos || document.size() > 300 || document.contains('\0');
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string document(reinterpret_cast<const char*>(data), size);
    const auto records = json_records(document);
    const auto parsed = nlohmann::json::parse(document, nullptr, false);
    if (!may_differ(document)) require(records.has_value() == is_objects(parsed));
    if (!records) {
        require(records.error().code == Errc::invalid && records.error().detail.size() > 20);
        return 0;
    }
    require(records->lines.size() <= document.size());
    nlohmann::json again = nlohmann::json::array();
    std::size_t lines = 0;
    for (std::size_t begin = 0; begin < records->lines.size(); ++lines) {
        const auto end = std::min(records->lines.find('\n', begin), records->lines.size());
        const std::string line = records->lines.substr(begin, end - begin);
        require(line.starts_with('{') && line.ends_with('}'));
        again.push_back(nlohmann::json::parse(line, nullptr, false));
        begin = end + 1;
    }
    require(lines == records->count);
    if (!may_differ(document)) require(parsed.is_array() ? again == parsed : again == nlohmann::json::array({parsed}));
    return 0;
}
