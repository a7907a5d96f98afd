// Memory for the pieces of a batch that could not stay views of its text: unescaped strings, built JSON.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

#include "logchute/core/batch_parser.hpp"

namespace logchute {

/// A bump allocator. Pieces stay where they are until clear(), which keeps the blocks for the next batch.
class ParsedBatch::Arena {
public:
    /// `size` bytes that nobody else has; valid until clear().
    [[nodiscard]] char* allocate(std::size_t size) {
        if (size > left_) grow(size);
        char* const piece = at_;
        at_ += size;
        left_ -= size;
        return piece;
    }
    /// Room for `count` objects, not yet constructed.
    template <class T>
    [[nodiscard]] T* allocate_array(std::size_t count) {
        const std::size_t size = count * sizeof(T);
        char* const piece = allocate(size + alignof(T) - 1);
        return reinterpret_cast<T*>(piece + (0 - reinterpret_cast<std::uintptr_t>(piece)) % alignof(T));
    }
    /// Gives back the end of the piece allocated last, of which only `used` of `size` bytes were needed.
    void trim(std::size_t size, std::size_t used) noexcept {
        at_ -= size - used;
        left_ += size - used;
    }
    [[nodiscard]] std::string_view copy(std::string_view text) {
        if (text.empty()) return {};
        char* const piece = allocate(text.size());
        std::memcpy(piece, text.data(), text.size());
        return {piece, text.size()};
    }
    void clear() noexcept {
        next_ = 0;
        at_ = nullptr;
        left_ = 0;
    }

private:
    struct Block {
        std::unique_ptr<char[]> bytes;
        std::size_t size;
    };
    static constexpr std::size_t kBlockBytes = 64 * 1024;

    void grow(std::size_t size) {
        while (next_ < blocks_.size() && blocks_[next_].size < size) ++next_;
        if (next_ == blocks_.size()) {
            const std::size_t bytes = size > kBlockBytes ? size : kBlockBytes;
            blocks_.push_back({std::make_unique_for_overwrite<char[]>(bytes), bytes});
        }
        at_ = blocks_[next_].bytes.get();
        left_ = blocks_[next_].size;
        ++next_;
    }

    std::vector<Block> blocks_;
    std::size_t next_ = 0;  // the first block not in use
    char* at_ = nullptr;
    std::size_t left_ = 0;
};

}  // namespace logchute
