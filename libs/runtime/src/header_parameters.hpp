// Values of headers with parameters: form-data; name="file"; filename="app.log". Hostile text.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace logchute::http {

struct ParameterizedValue {
    std::string value;                                            ///< Lower-cased.
    std::vector<std::pair<std::string, std::string>> parameters;  ///< Names lower-cased, quotes undone.

    [[nodiscard]] const std::string* parameter(std::string_view name) const noexcept;
};

/// Nothing where the text is not of this form.
[[nodiscard]] std::optional<ParameterizedValue> parse_parameterized(std::string_view text);

/// The file name of a Content-Disposition, reduced to what may become the name of a file: the part after the last slash or backslash, in
/// valid UTF-8, without control characters, at most 255 bytes, and empty for "." and "..". Nothing where there is no file name at all.
[[nodiscard]] std::optional<std::string> safe_file_name(const ParameterizedValue& disposition);

}  // namespace logchute::http
