#include "duckdb/filter_file.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bit>
#include <cstring>

#include "duckdb/block_filter.hpp"

namespace logchute::store::duck {
namespace {

static_assert(std::endian::native == std::endian::little, "the file is little-endian and read as it is");

constexpr std::uint64_t kMagic = 0x3130'544c'4946'434cULL;  // "LCFILT01": the version is part of it.
constexpr std::uint64_t kPage = 4096;

struct Header {
    std::uint64_t magic, seq_first, seq_last, rows;
    std::int64_t time_min, time_max;
    std::uint64_t words, words_checksum;
    std::uint64_t reserved[7];
    std::uint64_t checksum;  // Of all before it.
};
static_assert(sizeof(Header) == 128 && sizeof(Header) % (kFilterLineWords * 8) == 0);

std::uint64_t checksum_of(std::span<const std::uint64_t> words) noexcept {
    std::uint64_t sum = 0x9ae16a3b2f90404fULL ^ words.size();
    for (const auto word : words) sum = std::rotl((sum ^ word) * 0xff51afd7ed558ccdULL, 27);
    return sum;
}

std::uint64_t checksum_of(const Header& header) noexcept {
    std::uint64_t words[sizeof(Header) / 8];
    std::memcpy(words, &header, sizeof header);
    return checksum_of(std::span(words).first(std::size(words) - 1));
}

std::uint64_t page_above(std::uint64_t at) noexcept { return (at + kPage - 1) / kPage * kPage; }

std::shared_ptr<const void> map_file(int file, std::uint64_t offset, std::uint64_t bytes) {
    void* const at = ::mmap(nullptr, bytes, PROT_READ, MAP_SHARED, file, static_cast<off_t>(offset));
    if (at == MAP_FAILED) return nullptr;
    return {at, [bytes](const void* memory) { ::munmap(const_cast<void*>(memory), bytes); }};
}

bool write_all(int file, const void* data, std::uint64_t bytes, std::uint64_t offset) {
    const auto* at = static_cast<const char*>(data);
    while (bytes != 0) {
        const auto done = ::pwrite(file, at, bytes, static_cast<off_t>(offset));
        if (done <= 0) return false;
        at += done;
        offset += static_cast<std::uint64_t>(done);
        bytes -= static_cast<std::uint64_t>(done);
    }
    return true;
}

}  // namespace

bool StoredFilter::is_intact() const noexcept {
    auto state = state_.load(std::memory_order_relaxed);
    if (state == State::unknown) {  // Two threads may both look; they see the same.
        state = checksum_of(words_) == checksum_ ? State::intact : State::damaged;
        state_.store(state, std::memory_order_relaxed);
    }
    return state == State::intact;
}

bool StoredFilter::may_contain(std::uint64_t hash) const noexcept { return filter_may_contain(words_, hash); }

FilterFile::FilterFile(std::filesystem::path path) : path_(std::move(path)) {
    file_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (file_ >= 0) load();
}

FilterFile::~FilterFile() {
    if (file_ >= 0) ::close(file_);
}

void FilterFile::load() {
    struct stat info{};
    if (::fstat(file_, &info) != 0 || info.st_size <= 0) return;
    const auto size = static_cast<std::uint64_t>(info.st_size);
    const auto memory = map_file(file_, 0, size);
    if (!memory) return;
    const auto* const bytes = static_cast<const char*>(memory.get());
    while (end_ + sizeof(Header) <= size) {
        Header header;
        std::memcpy(&header, bytes + end_, sizeof header);
        if (header.magic != kMagic || header.checksum != checksum_of(header)) break;
        const auto body = end_ + sizeof header;
        if (header.words % kFilterLineWords != 0 || header.words > (size - body) / 8 || header.seq_first > header.seq_last) break;
        // Pages are aligned and so is the header, so the words are.
        const auto* const words = static_cast<const std::uint64_t*>(static_cast<const void*>(bytes + body));
        records_.push_back({{header.seq_first, header.seq_last, header.rows, header.time_min, header.time_max},
                            std::make_shared<StoredFilter>(memory, std::span(words, header.words), header.words_checksum)});
        end_ = page_above(body + header.words * 8);
    }
    // Never below what is mapped and in use: only what no record needs is cut.
    if (size > end_ && ::ftruncate(file_, static_cast<off_t>(end_)) != 0) end_ = page_above(size);
}

FilterPtr FilterFile::append(const BlockSpan& span, std::vector<std::uint64_t> words) {
    Header header{kMagic, span.seq_first, span.seq_last, span.rows, span.time_min, span.time_max, words.size(), checksum_of(words), {}, 0};
    header.checksum = checksum_of(header);
    {
        const std::lock_guard lock(mutex_);
        const auto body = end_ + sizeof header;
        const auto end = page_above(body + words.size() * 8);
        // The page is filled up, so that all that is mapped is there. The header goes last: without it there is no record.
        if (file_ >= 0 && ::posix_fallocate(file_, static_cast<off_t>(end_), static_cast<off_t>(end - end_)) == 0 &&
            write_all(file_, words.data(), words.size() * 8, body) && write_all(file_, &header, sizeof header, end_)) {
            if (const auto memory = map_file(file_, end_, end - end_)) {
                const auto* const at = static_cast<const std::uint64_t*>(memory.get()) + sizeof(Header) / 8;
                end_ = end;
                return std::make_shared<StoredFilter>(memory, std::span(at, words.size()), header.words_checksum);
            }
        }
    }
    const auto kept = std::make_shared<const std::vector<std::uint64_t>>(std::move(words));
    return std::make_shared<StoredFilter>(kept, std::span(*kept), header.words_checksum);
}

}  // namespace logchute::store::duck
