#include "logchute/core/line_chunker.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "logchute/core/lines.hpp"

namespace logchute {

LineChunker::LineChunker(ChunkOptions options, Emit emit) : options_(options), emit_(std::move(emit)) {}

Result<void> LineChunker::add(std::string_view bytes) {
    if (buffer_.empty()) {
        if (auto done = scan(bytes, false); !done) return done;
        buffer_.assign(bytes.substr(begin_));
    } else {
        buffer_.append(bytes);
        if (auto done = scan(buffer_, false); !done) return done;
        buffer_.erase(0, begin_);
    }
    drop_emitted();
    return {};
}

Result<void> LineChunker::flush(Flush how) {
    const bool keeps_record = how == Flush::records && options_.join && record_bytes_ != 0;
    if (auto done = keeps_record ? emit_before_record(buffer_) : emit_until(buffer_, line_); !done) return done;
    buffer_.erase(0, begin_);
    drop_emitted();
    return {};
}

/// The region begins where the chunk at hand does.
void LineChunker::drop_emitted() noexcept {
    region_at_ += begin_;
    line_ -= begin_;
    searched_ -= begin_;
    record_ -= std::min(record_, begin_);
    begin_ = 0;
}

Result<void> LineChunker::finish() {
    auto done = scan(buffer_, true);
    region_at_ += buffer_.size();
    buffer_.clear();
    begin_ = line_ = searched_ = record_ = 0;
    record_bytes_ = 0;
    return done;
}

Result<void> LineChunker::scan(std::string_view region, bool is_last) {
    while (line_ < region.size()) {
        const void* const found = std::memchr(region.data() + searched_, '\n', region.size() - searched_);
        if (found == nullptr && !is_last) break;
        const std::size_t end =
            found != nullptr ? static_cast<std::size_t>(static_cast<const char*>(found) - region.data()) : region.size();
        if (auto done = take_line(region, end, std::min(end + 1, region.size())); !done) return done;
    }
    if (is_last) {
        if (cut_bytes_ != 0)
            if (auto done = emit_cut_line(); !done) return done;
        return emit_until(region, region.size());
    }
    searched_ = region.size();
    // A line without an end in sight is not kept beyond what a dead letter shows of it. One more byte may be the CR of its end.
    if (region.size() - line_ > options_.line_bytes_max + 1 || cut_bytes_ != 0) {
        if (auto done = emit_until(region, line_); !done) return done;
        const auto rest = without_cr(region.substr(line_));
        if (cut_line_.size() < kTooLongBytesKept) cut_line_.append(rest.substr(0, kTooLongBytesKept - cut_line_.size()));
        cut_bytes_ += rest.size();
        begin_ = line_ = searched_ = line_ + rest.size();
    }
    return {};
}

Result<void> LineChunker::take_line(std::string_view region, std::size_t end, std::size_t next) {
    const std::string_view line = without_cr(region.substr(line_, end - line_));
    if (cut_bytes_ != 0 || line.size() > options_.line_bytes_max) {
        if (auto done = emit_until(region, line_); !done) return done;
        if (cut_line_.size() < kTooLongBytesKept) cut_line_.append(line.substr(0, kTooLongBytesKept - cut_line_.size()));
        cut_bytes_ += line.size();
        begin_ = line_ = searched_ = next;
        return emit_cut_line();
    }
    if (!is_blank(line)) {
        if (options_.join && joins_record(line, record_bytes_, options_.line_bytes_max)) {
            record_bytes_ += 1 + line.size();
        } else {
            if (line_ - begin_ >= options_.chunk_bytes)
                if (auto done = emit_until(region, line_); !done) return done;
            ++chunk_records_;
            record_bytes_ = line.size();
            record_ = line_;
            lines_before_record_ = chunk_lines_;
        }
        ++chunk_lines_;
    } else if (line_ - begin_ >= options_.chunk_bytes) {
        // Blank lines without end must not pile up: they close the chunk, and whatever might have continued its record begins a new one.
        if (auto done = emit_until(region, next); !done) return done;
    }
    line_ = searched_ = next;
    return {};
}

Result<void> LineChunker::emit_until(std::string_view region, std::size_t end) {
    const Chunk chunk{region.substr(begin_, end - begin_), chunk_lines_, chunk_records_, 0, region_at_ + end};
    begin_ = end;
    chunk_lines_ = chunk_records_ = 0;
    record_bytes_ = 0;
    if (chunk.records == 0) return {};  // blank lines alone
    lines_ += chunk.lines;
    records_ += chunk.records;
    return emit_(chunk);
}

Result<void> LineChunker::emit_before_record(std::string_view region) {
    const Chunk chunk{region.substr(begin_, record_ - begin_), lines_before_record_, chunk_records_ - 1, 0, region_at_ + record_};
    begin_ = record_;
    chunk_lines_ -= std::exchange(lines_before_record_, 0);
    chunk_records_ = 1;
    if (chunk.records == 0) return {};
    lines_ += chunk.lines;
    records_ += chunk.records;
    return emit_(chunk);
}

Result<void> LineChunker::emit_cut_line() {
    ++lines_;
    ++records_;
    const std::string kept = std::exchange(cut_line_, {});
    return emit_({kept, 1, 1, std::exchange(cut_bytes_, 0), region_at_ + begin_});
}

}  // namespace logchute
