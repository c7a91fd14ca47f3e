/** Writes one ONNX graph, node by node. It knows the file format and no models; names of inner values are numbered. */
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  type AttributeProto,
  AttributeProtoSchema,
  AttributeProto_AttributeType as AttributeType,
  TensorProto_DataLocation as DataLocation,
  TensorProto_DataType as DataType,
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  type TensorProto,
  TensorProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from "@palimpsest/proto/onnx";
import { featuresOf, type RealType, type Target, type TargetFeatures } from "./target.ts";
import type { Encoding, ExternalData, Weight } from "./weights.ts";

const IR_VERSION = 10;

/** Name of a value in a graph: an input, an initializer or a node's output. */
export type Value = string;
export type ElementType = RealType | "i32" | "i64";
type Attribute = number | string | readonly number[] | { readonly float: number };

/** Operators outside the ONNX standard that onnxruntime ships. */
export const MICROSOFT = "com.microsoft";

export interface NodeOptions {
  readonly domain?: typeof MICROSOFT;
  /** Integers and integer lists are plain numbers, floats are `{ float }`. */
  readonly attributes?: Readonly<Record<string, Attribute>>;
  /** Places of optional outputs that the node leaves out; their names are empty. */
  readonly absent?: readonly number[];
}

export class OnnxGraph {
  readonly #name: string;
  readonly #nodes: NodeProto[] = [];
  readonly #inputs: ValueInfoProto[] = [];
  readonly #outputs: ValueInfoProto[] = [];
  readonly #constants = new Map<string, TensorProto>();
  readonly #weights: Weight[] = [];
  /** Names of the graph's outputs, by the value that each gives out. */
  readonly #outputNames = new Map<Value, string>();
  /** What the provider that runs the graph offers. */
  readonly target: TargetFeatures;

  constructor(name: string, target: Target = "cpu") {
    this.#name = name;
    this.target = featuresOf(target);
  }

  /** Element type of hidden rows, keys and values. */
  get real(): RealType {
    return this.target.real;
  }

  /** Initializers that are stored outside the file, in the order in which they were added. */
  get weights(): readonly Weight[] {
    return this.#weights;
  }

  /** Declares an input. Strings among `dims` name sizes that are only known at run time. */
  input(name: string, type: ElementType, dims: readonly (number | string)[]): Value {
    this.#inputs.push(valueInfo(name, type, dims));
    return name;
  }

  /** Declares a node's output an output of the graph, called `name`. */
  output(name: string, value: Value, type: ElementType, dims: readonly (number | string)[]): void {
    this.#outputNames.set(value, name);
    this.#outputs.push(valueInfo(name, type, dims));
  }

  /** Adds a node with one output. */
  node(operator: string, inputs: readonly Value[], options: NodeOptions = {}): Value {
    return this.nodes(operator, inputs, 1, options)[0] as Value;
  }

  /** Adds a node with `outputs` outputs. */
  nodes(operator: string, inputs: readonly Value[], outputs: number, options: NodeOptions = {}): Value[] {
    const names = Array.from({ length: outputs }, (_, i) =>
      options.absent?.includes(i) ? "" : `${operator}_${this.#nodes.length}${i === 0 ? "" : `_${i}`}`,
    );
    this.#add(operator, inputs, names, options);
    return names;
  }

  /** Declares a weight, which is stored outside the graph. */
  weight(weight: Weight): Value {
    this.#weights.push(weight);
    return weight.name;
  }

  /** A small int64 constant; a vector unless `dims` is given. */
  ints(values: readonly number[], dims: readonly number[] = [values.length]): Value {
    return this.#constant(
      DataType.INT64,
      BigInt64Array.from(values, BigInt),
      dims,
      `i64_${dims.join("x")}_${values.join("_")}`,
    );
  }

  /** A small f32 constant; a vector unless `dims` is given. */
  floats(values: readonly number[], dims: readonly number[] = [values.length]): Value {
    return this.#constant(DataType.FLOAT, Float32Array.from(values), dims, `f32_${dims.join("x")}_${values.join("_")}`);
  }

  /** Serializes the model. `external` locates each weight's bytes. */
  serialize(external: ReadonlyMap<string, ExternalData> = new Map()): Uint8Array {
    const weights = this.#weights.map((weight) => externalTensor(weight, external.get(weight.name)));
    const named = (value: Value): string => this.#outputNames.get(value) ?? value;
    const model = create(ModelProtoSchema, {
      irVersion: BigInt(IR_VERSION),
      producerName: "palimpsest",
      opsetImport: [
        { domain: "", version: BigInt(this.target.opset) },
        { domain: MICROSOFT, version: 1n },
      ],
      graph: {
        name: this.#name,
        node: this.#nodes.map((node) =>
          create(NodeProtoSchema, { ...node, input: node.input.map(named), output: node.output.map(named) }),
        ),
        input: this.#inputs,
        output: this.#outputs,
        initializer: [...weights, ...this.#constants.values()],
      },
    });
    return toBinary(ModelProtoSchema, model);
  }

  #add(operator: string, inputs: readonly Value[], outputs: readonly Value[], options: NodeOptions): void {
    this.#nodes.push(
      create(NodeProtoSchema, {
        opType: operator,
        name: `${operator}_${this.#nodes.length}`,
        input: [...inputs],
        output: [...outputs],
        domain: options.domain ?? "",
        attribute: Object.entries(options.attributes ?? {}).map(([name, value]) => attribute(name, value)),
      }),
    );
  }

  #constant(type: DataType, data: BigInt64Array | Float32Array, dims: readonly number[], key: string): Value {
    const existing = this.#constants.get(key);
    if (existing) return existing.name;
    const name = `constant_${this.#constants.size}`;
    const rawData = new Uint8Array(data.buffer.slice(0) as ArrayBuffer);
    this.#constants.set(key, create(TensorProtoSchema, { name, dims: dims.map(BigInt), dataType: type, rawData }));
    return name;
  }
}

/** Locates the weights of a serialized graph, by name. */
export function externalDataOf(model: Uint8Array): Map<string, ExternalData> {
  const places = new Map<string, ExternalData>();
  for (const { name, externalData } of fromBinary(ModelProtoSchema, model).graph?.initializer ?? []) {
    const entries = new Map(externalData.map(({ key, value }) => [key, value]));
    const location = entries.get("location");
    if (location === undefined) continue;
    places.set(name, { location, offset: Number(entries.get("offset")), length: Number(entries.get("length")) });
  }
  return places;
}

const ELEMENT_TYPES: Readonly<Record<ElementType, DataType>> = {
  f32: DataType.FLOAT,
  f16: DataType.FLOAT16,
  i32: DataType.INT32,
  i64: DataType.INT64,
};

const WEIGHT_TYPES: Readonly<Record<Encoding, DataType>> = {
  f32: DataType.FLOAT,
  f16: DataType.FLOAT16,
  quantized: DataType.UINT8,
  scales: DataType.FLOAT,
  "f16-scales": DataType.FLOAT16,
};

function externalTensor(weight: Weight, data: ExternalData | undefined): TensorProto {
  if (data === undefined) throw new Error(`no external data for weight ${weight.name}`);
  return create(TensorProtoSchema, {
    name: weight.name,
    dims: weight.dims.map(BigInt),
    dataType: WEIGHT_TYPES[weight.encoding],
    dataLocation: DataLocation.EXTERNAL,
    externalData: [
      { key: "location", value: data.location },
      { key: "offset", value: String(data.offset) },
      { key: "length", value: String(data.length) },
    ],
  });
}

function valueInfo(name: string, type: ElementType, dims: readonly (number | string)[]): ValueInfoProto {
  const dim = dims.map((size) => ({
    value:
      typeof size === "number"
        ? ({ case: "dimValue", value: BigInt(size) } as const)
        : ({ case: "dimParam", value: size } as const),
  }));
  return create(ValueInfoProtoSchema, {
    name,
    type: { tensorType: { elemType: ELEMENT_TYPES[type], shape: { dim } } },
  });
}

function attribute(name: string, value: Attribute): AttributeProto {
  if (typeof value === "number")
    return create(AttributeProtoSchema, { name, type: AttributeType.INT, i: BigInt(value) });
  if (typeof value === "string") {
    return create(AttributeProtoSchema, { name, type: AttributeType.STRING, s: new TextEncoder().encode(value) });
  }
  if ("float" in value) return create(AttributeProtoSchema, { name, type: AttributeType.FLOAT, f: value.float });
  return create(AttributeProtoSchema, { name, type: AttributeType.INTS, ints: value.map(BigInt) });
}
