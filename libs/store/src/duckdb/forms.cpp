#include "duckdb/forms.hpp"

namespace logchute::store::duck {

std::uint16_t Forms::number_of(std::string_view form) {
    if (const auto known = numbers_.find(form); known != numbers_.end()) return known->second;
    if (size() == kFormsMax) return 0;
    const auto hash = Hash{}(form);
    auto& seen = seen_once_[hash % seen_once_.size()];
    if (seen != hash) {
        seen = hash;
        return 0;
    }
    return add(std::string(form));
}

std::uint16_t Forms::add(std::string text) {
    const auto count = count_.load(std::memory_order_relaxed);
    if (count == kFormsMax) return 0;
    texts_[count] = std::move(text);
    const auto number = static_cast<std::uint16_t>(count + 1);
    numbers_.emplace(texts_[count], number);
    count_.store(number, std::memory_order_release);
    return number;
}

std::string_view Forms::text(std::uint16_t number) const noexcept {
    return number == 0 || number > size() ? std::string_view{} : std::string_view(texts_[number - 1U]);
}

}  // namespace logchute::store::duck
