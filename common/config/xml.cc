// SPDX-License-Identifier: Apache-2.0
// Hadoop's XML: <configuration> of <property><name/><value/><final/></property>, nested
// <configuration>, and <xi:include href="…"/> with an optional <xi:fallback/>. Properties may also
// be attributes: <property name="…" value="…" final="true"/>.
#include <filesystem>
#include <pugixml.hpp>
#include <string_view>

#include "common/config/configuration.h"
#include "common/io/disk.h"

namespace cairn::config {
namespace {

constexpr uint64_t kFileBytesMax = 16 << 20;
constexpr int kDepthMax = 16;
constexpr int kIncludesMax = 256;

std::string_view LocalName(const pugi::xml_node& node) {
  const std::string_view name = node.name();
  const size_t colon = name.find(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

std::string Trimmed(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return "";
  return std::string(text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1));
}

// One field of a property, from its child element or its attribute.
std::optional<std::string> FieldOf(const pugi::xml_node& property, const char* name) {
  if (const pugi::xml_node child = property.child(name)) return child.text().get();
  if (const pugi::xml_attribute attribute = property.attribute(name)) return attribute.value();
  return std::nullopt;
}

class XmlLoader {
 public:
  XmlLoader(std::map<std::string, Configuration::Property>& properties) : properties_(properties) {}

  Status LoadText(std::string_view xml, const std::string& origin, int depth) {
    if (depth > kDepthMax) {
      return Status(Code::kInvalidArgument, origin + ": includes are nested too deeply");
    }
    pugi::xml_document document;
    // No document type and no entities but the five of XML: nothing to expand, nothing to fetch.
    const pugi::xml_parse_result parsed =
        document.load_buffer(xml.data(), xml.size(), pugi::parse_default);
    if (!parsed) {
      return Status(Code::kInvalidArgument, origin + ": not XML at byte " +
                                                std::to_string(parsed.offset) + ": " +
                                                parsed.description());
    }
    const pugi::xml_node root = document.document_element();
    if (LocalName(root) != "configuration") {
      return Status(Code::kInvalidArgument,
                    origin + ": the root element is <" + root.name() +
                        ">, it should be <configuration>");
    }
    return LoadChildren(root, origin, depth);
  }

  Status LoadFile(const std::string& path, int depth) {
    io::PosixDisk disk;
    CAIRN_ASSIGN(const std::string text, disk.ReadFile(path, kFileBytesMax));
    return LoadText(text, path, depth);
  }

 private:
  Status LoadChildren(const pugi::xml_node& parent, const std::string& origin, int depth) {
    if (depth > kDepthMax) {
      return Status(Code::kInvalidArgument, origin + ": elements are nested too deeply");
    }
    for (const pugi::xml_node& node : parent.children()) {
      const std::string_view name = LocalName(node);
      if (name == "property") {
        CAIRN_TRY(LoadProperty(node, origin));
      } else if (name == "configuration") {
        CAIRN_TRY(LoadChildren(node, origin, depth + 1));
      } else if (name == "include") {
        CAIRN_TRY(LoadInclude(node, origin, depth));
      }
    }
    return Status();
  }

  Status LoadInclude(const pugi::xml_node& node, const std::string& origin, int depth) {
    std::filesystem::path target(node.attribute("href").value());
    if (++includes_ > kIncludesMax) {
      return Status(Code::kInvalidArgument, origin + ": there are more than " +
                                                std::to_string(kIncludesMax) + " includes");
    }
    if (target.is_relative()) target = std::filesystem::path(origin).parent_path() / target;
    const Status status = LoadFile(target.string(), depth + 1);
    if (status.code() != Code::kNotFound) return status;
    for (const pugi::xml_node& child : node.children()) {
      if (LocalName(child) == "fallback") return LoadChildren(child, origin, depth + 1);
    }
    return status.WithContext(origin + ": include");
  }

  Status LoadProperty(const pugi::xml_node& node, const std::string& origin) {
    const std::string name = Trimmed(FieldOf(node, "name").value_or(""));
    if (name.empty()) {
      return Status(Code::kInvalidArgument,
                    origin + ": a <property> without <name> at byte " +
                        std::to_string(node.offset_debug()));
    }
    const std::optional<std::string> value = FieldOf(node, "value");
    if (!value) return Status();  // Apache takes a property without value as not set.
    const bool is_final = Trimmed(FieldOf(node, "final").value_or("")) == "true";
    const auto it = properties_.find(name);
    if (it != properties_.end() && it->second.is_final) return Status();
    properties_[name] = {.value = *value, .origin = origin, .is_final = is_final};
    return Status();
  }

  std::map<std::string, Configuration::Property>& properties_;
  int includes_ = 0;  // A file may be included again and again, each time by several others.
};

}  // namespace

Status Configuration::AddXml(std::string_view xml, const std::string& origin) {
  return XmlLoader(properties_).LoadText(xml, origin, 0);
}

Status Configuration::AddFile(const std::string& path) {
  return XmlLoader(properties_).LoadFile(path, 0);
}

}  // namespace cairn::config
