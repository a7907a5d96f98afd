#include "elf_symbols.hpp"

#include <cxxabi.h>
#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <optional>
#include <string_view>

#include "logchute/runtime/unique_fd.hpp"

namespace logchute::runtime {
namespace {

// A file mapped for reading. What is asked for outside it is empty, so a damaged file costs names and nothing else.
class MappedFile {
public:
    explicit MappedFile(const char* path) {
        const UniqueFd file(::open(path, O_RDONLY | O_CLOEXEC));
        struct stat status{};
        if (!file || ::fstat(file.get(), &status) != 0 || status.st_size <= 0) return;
        void* data = ::mmap(nullptr, static_cast<std::size_t>(status.st_size), PROT_READ, MAP_PRIVATE, file.get(), 0);
        if (data == MAP_FAILED) return;
        bytes_ = {static_cast<const char*>(data), static_cast<std::size_t>(status.st_size)};
    }
    ~MappedFile() {
        if (!bytes_.empty()) ::munmap(const_cast<char*>(bytes_.data()), bytes_.size());
    }
    MappedFile(const MappedFile&) = delete;
    MappedFile& operator=(const MappedFile&) = delete;

    template <class T>
    [[nodiscard]] std::optional<T> read(std::uint64_t offset) const {
        if (offset > bytes_.size() || bytes_.size() - offset < sizeof(T)) return {};
        T value;
        std::memcpy(&value, bytes_.data() + offset, sizeof(T));
        return value;
    }
    [[nodiscard]] std::string_view text(std::uint64_t offset) const {
        if (offset >= bytes_.size()) return {};
        const std::string_view rest = bytes_.substr(offset);
        return rest.substr(0, rest.find('\0'));
    }

private:
    std::string_view bytes_;
};

// One thing the loader has mapped, and which of the wanted addresses lie in it.
struct LoadedObject {
    std::string path;
    std::uintptr_t base;  // added to the addresses in its file
    std::vector<std::size_t> wanted;
};

struct Search {
    std::span<const std::uintptr_t> addresses;
    std::vector<LoadedObject> objects;
};

int find_wanted(dl_phdr_info* info, std::size_t, void* data) {
    Search& search = *static_cast<Search*>(data);
    const bool is_executable = search.objects.empty();  // which comes first and has no name
    LoadedObject object{is_executable ? "/proc/self/exe" : info->dlpi_name, info->dlpi_addr, {}};
    for (int i = 0; i < info->dlpi_phnum; ++i) {
        const auto& segment = info->dlpi_phdr[i];
        if (segment.p_type != PT_LOAD) continue;
        const std::uintptr_t begin = info->dlpi_addr + segment.p_vaddr;
        for (std::size_t at = 0; at < search.addresses.size(); ++at)
            if (search.addresses[at] >= begin && search.addresses[at] - begin < segment.p_memsz) object.wanted.push_back(at);
    }
    search.objects.push_back(std::move(object));
    return 0;
}

std::string demangle(const std::string& name) {
    int status = 0;
    const std::unique_ptr<char, decltype(&std::free)> text(abi::__cxa_demangle(name.c_str(), nullptr, nullptr, &status), &std::free);
    return status == 0 && text ? text.get() : name;
}

// The whole symbol table where the file has one, else the one for the loader, which lacks static functions.
std::optional<ElfW(Shdr)> find_symbol_table(const MappedFile& file, const ElfW(Ehdr) & header) {
    std::optional<ElfW(Shdr)> best;
    for (unsigned i = 0; i < header.e_shnum; ++i) {
        const auto section = file.read<ElfW(Shdr)>(header.e_shoff + std::uint64_t{i} * header.e_shentsize);
        if (!section) break;
        if (section->sh_type == SHT_SYMTAB) return section;
        if (section->sh_type == SHT_DYNSYM) best = section;
    }
    return best;
}

void name_wanted(LoadedObject& object, std::span<const std::uintptr_t> addresses, std::vector<std::string>& names) {
    const MappedFile file(object.path.c_str());
    const auto header = file.read<ElfW(Ehdr)>(0);
    if (!header || std::memcmp(header->e_ident, ELFMAG, SELFMAG) != 0) return;
    const auto table = find_symbol_table(file, *header);
    if (!table || table->sh_entsize == 0) return;
    const auto strings = file.read<ElfW(Shdr)>(header->e_shoff + std::uint64_t{table->sh_link} * header->e_shentsize);
    if (!strings) return;

    // The table is long and unsorted, the wanted addresses are few: sort those, and go through the table once.
    auto& wanted = object.wanted;
    const auto address_in_file = [&](std::size_t at) { return addresses[at] - object.base; };
    std::sort(wanted.begin(), wanted.end(), [&](std::size_t a, std::size_t b) { return addresses[a] < addresses[b]; });
    for (std::uint64_t at = 0; at + table->sh_entsize <= table->sh_size; at += table->sh_entsize) {
        const auto symbol = file.read<ElfW(Sym)>(table->sh_offset + at);
        if (!symbol) return;
        if (ELF64_ST_TYPE(symbol->st_info) != STT_FUNC || symbol->st_shndx == SHN_UNDEF) continue;
        auto next = std::lower_bound(wanted.begin(), wanted.end(), symbol->st_value,
                                     [&](std::size_t index, std::uint64_t value) { return address_in_file(index) < value; });
        for (; next != wanted.end() && address_in_file(*next) - symbol->st_value < symbol->st_size; ++next)
            if (names[*next].empty()) names[*next] = demangle(std::string(file.text(strings->sh_offset + symbol->st_name)));
    }
}

}  // namespace

std::vector<std::string> function_names(std::span<const std::uintptr_t> addresses) {
    std::vector<std::string> names(addresses.size());
    Search search{addresses, {}};
    dl_iterate_phdr(find_wanted, &search);
    for (LoadedObject& object : search.objects)
        if (!object.wanted.empty()) name_wanted(object, addresses, names);
    return names;
}

}  // namespace logchute::runtime
