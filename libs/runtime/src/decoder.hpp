// One compressed format, piece by piece: what DecompressReader and decompress() share.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "logchute/core/result.hpp"
#include "logchute/runtime/decompress.hpp"

namespace logchute::http {

/// One thread.
class Decoder {
public:
    virtual ~Decoder() = default;
    /// Decodes from the front of `input` to the front of `output`, and moves both behind what was used. Ends when `output` is full, or when
    /// `input` is used up and no more comes out of it; so it may be worth a call without input. Errc::invalid: damaged.
    [[nodiscard]] virtual Result<void> decode(std::string_view& input, std::span<char>& output) = 0;
    /// True where the data may end: a member or frame is complete, and none has begun after it.
    [[nodiscard]] virtual bool at_end() const noexcept = 0;
};

/// For gzip and zstd.
[[nodiscard]] std::unique_ptr<Decoder> make_decoder(Encoding encoding);

}  // namespace logchute::http
