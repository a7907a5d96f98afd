// Files and fields of a form, multipart/form-data (RFC 7578), while they arrive.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "logchute/core/result.hpp"
#include "logchute/runtime/http.hpp"

namespace logchute::http {

/// The boundary out of a Content-Type. Errc::invalid: another media type, or a boundary that is missing or is none.
[[nodiscard]] Result<std::string> multipart_boundary(std::string_view content_type);

struct MultipartLimits {
    std::size_t header_bytes_max = 16 * 1024;  ///< Of one part.
    std::size_t parts_max = 10'000;
};

/// Reads a form part by part, in order, holding a fixed few hundred kB whatever the parts weigh.
///
///     MultipartReader form(*request.reader, *boundary);
///     for (;;) {
///         auto part = form.next();
///         if (!part) return Response::error(part.error());
///         if (!*part) break;                      // the last boundary: the form is complete
///         ... form.read(buffer) until it gives 0 ...
///     }
/// Threads:  one.
/// Lifetime: borrows the body.
/// Failures: those of the body; invalid: the form is not one, or ends before its last boundary; too_large: over a limit. After a failure
///           every call fails the same way.
class MultipartReader final : public BodyReader {
public:
    struct Part {
        std::string name;                      ///< Of the form's field.
        std::optional<std::string> file_name;  ///< For files. The base name alone, at most 255 bytes, valid UTF-8, without control
                                               ///< characters; empty where nothing is left. Never a path.
        std::vector<Header> headers;
        /// The value of a header, or empty.
        [[nodiscard]] std::string_view header(std::string_view wanted) const noexcept;
    };

    /// `boundary` as multipart_boundary() gives it.
    MultipartReader(BodyReader& body, std::string_view boundary, MultipartLimits limits = {});
    ~MultipartReader() override;

    /// The next part, past what is left unread of this one; nothing after the last.
    [[nodiscard]] Result<std::optional<Part>> next();
    /// Bytes of the part at hand; 0 is its end, and before the first part.
    [[nodiscard]] Result<std::size_t> read(std::span<char> buffer) override;
    /// All of the part at hand, for short fields. too_large: it is longer than `max_bytes`; the form can still be read on.
    [[nodiscard]] Result<std::string> read_all(std::size_t max_bytes);

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace logchute::http
