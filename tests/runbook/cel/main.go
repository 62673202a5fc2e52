// Command cel prints the conformance cases of CEL as JSON: cel FOLDER reads its *.textproto files, each a
// SimpleTestFile, and prints one list of cases.
package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"cel.dev/expr"
	_ "cel.dev/expr/conformance/proto2"
	_ "cel.dev/expr/conformance/proto3"
	"cel.dev/expr/conformance/test"
	"google.golang.org/protobuf/encoding/prototext"
	"google.golang.org/protobuf/types/known/anypb"
	"google.golang.org/protobuf/types/known/durationpb"
	_ "google.golang.org/protobuf/types/known/emptypb"
	_ "google.golang.org/protobuf/types/known/structpb"
	"google.golang.org/protobuf/types/known/timestamppb"
	_ "google.golang.org/protobuf/types/known/wrapperspb"
)

type object = map[string]any

// simpleCase is one case. Expected is a value, {"error": true}, or {"unsupported": what}.
type simpleCase struct {
	File          string `json:"file"`
	Section       string `json:"section"`
	Name          string `json:"name"`
	Expression    string `json:"expression"`
	Container     string `json:"container"`
	DisableCheck  bool   `json:"disable_check"`
	DisableMacros bool   `json:"disable_macros"`
	CheckOnly     bool   `json:"check_only"`
	Types         object `json:"types"`
	Bindings      object `json:"bindings"`
	Expected      object `json:"expected"`
}

func unsupported(what any) object {
	return object{"unsupported": fmt.Sprint(what)}
}

func messageOf(packed *anypb.Any) object {
	message, err := packed.UnmarshalNew()
	if err != nil {
		return unsupported(packed.TypeUrl)
	}
	switch known := message.(type) {
	case *durationpb.Duration:
		return object{"duration": []int64{known.Seconds, int64(known.Nanos)}}
	case *timestamppb.Timestamp:
		return object{"timestamp": []int64{known.Seconds, int64(known.Nanos)}}
	}
	return unsupported(packed.TypeUrl)
}

// valueOf writes numbers as text, since JSON's are doubles to many.
func valueOf(value *expr.Value) object {
	switch kind := value.GetKind().(type) {
	case *expr.Value_NullValue:
		return object{"null": true}
	case *expr.Value_BoolValue:
		return object{"bool": kind.BoolValue}
	case *expr.Value_Int64Value:
		return object{"int": strconv.FormatInt(kind.Int64Value, 10)}
	case *expr.Value_Uint64Value:
		return object{"uint": strconv.FormatUint(kind.Uint64Value, 10)}
	case *expr.Value_DoubleValue:
		return object{"double": strconv.FormatFloat(kind.DoubleValue, 'g', -1, 64)}
	case *expr.Value_StringValue:
		return object{"string": kind.StringValue}
	case *expr.Value_BytesValue:
		return object{"bytes": base64.StdEncoding.EncodeToString(kind.BytesValue)}
	case *expr.Value_TypeValue:
		return object{"type": kind.TypeValue}
	case *expr.Value_ObjectValue:
		return messageOf(kind.ObjectValue)
	case *expr.Value_ListValue:
		items := []object{}
		for _, item := range kind.ListValue.GetValues() {
			items = append(items, valueOf(item))
		}
		return object{"list": items}
	case *expr.Value_MapValue:
		entries := [][]object{}
		for _, entry := range kind.MapValue.GetEntries() {
			entries = append(entries, []object{valueOf(entry.Key), valueOf(entry.Value)})
		}
		return object{"map": entries}
	}
	return unsupported(value)
}

var primitives = map[expr.Type_PrimitiveType]string{
	expr.Type_BOOL: "bool", expr.Type_INT64: "int", expr.Type_UINT64: "uint",
	expr.Type_DOUBLE: "double", expr.Type_STRING: "string", expr.Type_BYTES: "bytes",
}

var wellKnown = map[expr.Type_WellKnownType]string{
	expr.Type_ANY: "any", expr.Type_TIMESTAMP: "timestamp", expr.Type_DURATION: "duration",
}

var messages = map[string]string{
	"google.protobuf.Duration": "duration", "google.protobuf.Timestamp": "timestamp",
}

func named(name string, known bool, what any) object {
	if !known {
		return unsupported(what)
	}
	return object{"kind": name}
}

func typeOf(kind *expr.Type) object {
	switch known := kind.GetTypeKind().(type) {
	case *expr.Type_Dyn:
		return object{"kind": "any"}
	case *expr.Type_Null:
		return object{"kind": "null"}
	case *expr.Type_Primitive:
		name, ok := primitives[known.Primitive]
		return named(name, ok, kind)
	case *expr.Type_WellKnown:
		name, ok := wellKnown[known.WellKnown]
		return named(name, ok, kind)
	case *expr.Type_MessageType:
		name, ok := messages[known.MessageType]
		return named(name, ok, kind)
	case *expr.Type_ListType_:
		return object{"kind": "list", "element": typeOf(known.ListType.ElemType)}
	case *expr.Type_MapType_:
		return object{"kind": "map", "key": typeOf(known.MapType.KeyType), "element": typeOf(known.MapType.ValueType)}
	}
	return unsupported(kind)
}

func expectedOf(one *test.SimpleTest) object {
	switch matcher := one.GetResultMatcher().(type) {
	case nil:
		return object{"bool": true}
	case *test.SimpleTest_Value:
		return valueOf(matcher.Value)
	case *test.SimpleTest_TypedResult:
		if matcher.TypedResult.Result == nil {
			return unsupported("a type alone")
		}
		return valueOf(matcher.TypedResult.Result)
	case *test.SimpleTest_EvalError, *test.SimpleTest_AnyEvalErrors:
		return object{"error": true}
	}
	return unsupported("an unknown result")
}

func caseOf(file, section string, one *test.SimpleTest) simpleCase {
	types, bindings := object{}, object{}
	for _, declared := range one.TypeEnv {
		if declared.GetIdent() == nil {
			types[declared.Name] = unsupported("a function")
			continue
		}
		types[declared.Name] = typeOf(declared.GetIdent().Type)
	}
	for name, bound := range one.Bindings {
		bindings[name] = valueOf(bound.GetValue())
	}
	return simpleCase{file, section, one.Name, one.Expr, one.Container, one.DisableCheck, one.DisableMacros,
		one.CheckOnly, types, bindings, expectedOf(one)}
}

func casesIn(path string) ([]simpleCase, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var file test.SimpleTestFile
	if err := prototext.Unmarshal(text, &file); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	var cases []simpleCase
	name := strings.TrimSuffix(filepath.Base(path), ".textproto")
	for _, section := range file.Section {
		for _, one := range section.Test {
			cases = append(cases, caseOf(name, section.Name, one))
		}
	}
	return cases, nil
}

func run(folder string) error {
	paths, err := filepath.Glob(filepath.Join(folder, "*.textproto"))
	if err != nil || len(paths) == 0 {
		return fmt.Errorf("no *.textproto in %s", folder)
	}
	var all []simpleCase
	for _, path := range paths {
		cases, err := casesIn(path)
		if err != nil {
			return err
		}
		all = append(all, cases...)
	}
	return json.NewEncoder(os.Stdout).Encode(all)
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: cel FOLDER")
		os.Exit(2)
	}
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
