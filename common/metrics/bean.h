// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/util/json.h"
#include "common/util/result.h"

namespace cairn::metrics {

// What a JMX bean of Apache's daemons shows: attributes in order, their values as JSON.
//
// A value type.
class Bean {
 public:
  template <typename T>
  Bean& Set(std::string_view attribute, const T& value) {
    attributes_.emplace_back(attribute, ToJson(value));
    return *this;
  }

  const std::vector<std::pair<std::string, std::string>>& attributes() const {
    return attributes_;
  }
  // Null when there is no such attribute.
  const std::string* Find(std::string_view attribute) const;

 private:
  std::vector<std::pair<std::string, std::string>> attributes_;
};

// A pattern of object names, as Java has it: "Hadoop:service=NameNode,name=Rpc*", "*:*".
//
// Immutable.
class BeanPattern {
 public:
  // kInvalidArgument when it is none.
  static Result<BeanPattern> Parse(std::string_view text);
  // The order of properties does not matter. A name that is no object name matches nothing.
  bool Matches(std::string_view name) const;

 private:
  using Properties = std::vector<std::pair<std::string, std::string>>;

  std::string domain_;
  Properties properties_;  // By key.
  bool more_allowed_ = false;  // "," + "*": any further properties.
};

// The beans of one daemon. A bean is filled when somebody asks for it.
//
// Add before serving; then thread-safe, as far as the functions are.
class BeanRegistry {
 public:
  using Name = std::function<std::string()>;
  using Fill = std::function<void(Bean&)>;

  // `type` is what Apache's servlet prints as "modelerType".
  void Add(std::string name, std::string type, Fill fill);
  // For a name that is not known from the start; no bean while it is empty.
  void Add(Name name, std::string type, Fill fill);

  struct Found {
    std::string name;
    std::string type;
    Bean bean;
  };
  std::vector<Found> Find(const BeanPattern& pattern) const;

 private:
  struct Entry {
    Name name;
    std::string type;
    Fill fill;
  };
  std::vector<Entry> entries_;
};

}  // namespace cairn::metrics
