// What a polled source answers, as records.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "json_view.hpp"
#include "logchute/core/result.hpp"
#include "logchute/runtime/settings.hpp"

namespace logchute::gateway {

struct PollItem {
    std::string id;    ///< A hash of the source's name and the item's id, or of its content where it has none.
    std::string line;  ///< The record: the item as it came, the time and message that the settings point at in front; with its line end.
};

struct PollItems {
    std::vector<PollItem> items;
    std::size_t odd = 0;  ///< Items that are no objects, so no records; left out.
};

/// RFC 6901: "" is the whole, "/a/0/b~1c" a member of an element of a member. Nothing there: an empty view.
[[nodiscard]] JsonView find_pointer(const JsonView& document, std::string_view pointer);

/// Errc::invalid: not JSON, or neither an array nor an object where the items should be (an object there is one item).
/// Memory: some of the document's size, which the caller bounds.
[[nodiscard]] Result<PollItems> poll_items(const runtime::PollSource& source, std::string document);

}  // namespace logchute::gateway
