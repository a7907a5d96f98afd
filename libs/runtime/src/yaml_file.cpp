#include "yaml_file.hpp"

#include <yaml-cpp/yaml.h>

#include <set>
#include <utility>

#include "text_file.hpp"

namespace logchute::runtime {
namespace {

// Anchors and aliases can make a small file a large tree, or an endless one.
constexpr int kDepthMax = 32;
constexpr int kNodesMax = 100'000;

class TreeBuilder {
public:
    TreeBuilder(const std::string& path, Faults& faults) : path_(path), faults_(faults) {}

    ConfigNode build(const YAML::Node& yaml, int depth = 0) {
        ConfigNode node;
        node.at = origin(yaml.Mark());
        if (depth > kDepthMax || ++nodes_ > kNodesMax) {
            if (!std::exchange(is_too_large_, true)) faults_.push_back({node.at, "too deep or too large once its aliases are expanded"});
            return node;
        }
        switch (yaml.Type()) {
            case YAML::NodeType::Undefined:
            case YAML::NodeType::Null: break;
            case YAML::NodeType::Scalar:
                node.kind = ConfigNode::Kind::scalar;
                node.text = yaml.Scalar();
                break;
            case YAML::NodeType::Sequence:
                node.kind = ConfigNode::Kind::list;
                for (const auto& item : yaml) node.children.push_back(build(item, depth + 1));
                break;
            case YAML::NodeType::Map:
                node.kind = ConfigNode::Kind::map;
                add_members(node, yaml, depth);
                break;
        }
        return node;
    }

private:
    void add_members(ConfigNode& map, const YAML::Node& yaml, int depth) {
        std::set<std::string> seen;
        for (const auto& member : yaml) {
            const Origin at = origin(member.first.Mark());
            if (!member.first.IsScalar()) {
                faults_.push_back({at, "a key has to be a word"});
                continue;
            }
            const std::string& key = member.first.Scalar();
            if (!seen.insert(key).second) {
                faults_.push_back({at, "the key '" + key + "' is here twice; keep one"});
                continue;
            }
            ConfigNode child = build(member.second, depth + 1);
            if (child.at.line == 0) child.at = at;  // a key without a value has no mark of its own
            child.key = key;
            child.key_at = at;
            map.children.push_back(std::move(child));
        }
    }

    Origin origin(const YAML::Mark& mark) const {
        if (mark.is_null()) return {path_, 0, 0};
        return {path_, mark.line + 1, mark.column + 1};
    }

    const std::string& path_;
    Faults& faults_;
    int nodes_ = 0;
    bool is_too_large_ = false;
};

}  // namespace

std::optional<ConfigNode> read_yaml_file(const std::string& path, Faults& faults) {
    const auto text = read_text_file(path);
    if (!text) {
        faults.push_back({{path, 0, 0}, text.error().detail});
        return {};
    }
    try {
        const auto documents = YAML::LoadAll(*text);
        if (documents.empty()) return ConfigNode{};
        ConfigNode tree = TreeBuilder(path, faults).build(documents.front());
        if (documents.size() > 1)
            faults.push_back({{path, 0, 0}, "holds more than one document; keep the first and remove what follows '---'"});
        return tree;
    } catch (const YAML::Exception& broken) {
        faults.push_back({{path, broken.mark.line + 1, broken.mark.column + 1}, "this is not YAML: " + broken.msg});
        return {};
    }
}

}  // namespace logchute::runtime
