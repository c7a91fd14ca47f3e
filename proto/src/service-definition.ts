/**
 * A service of protobuf-es as the plain method table that @grpc/grpc-js takes, on both sides of the wire. It imports
 * neither grpc nor any of our services.
 */
import type { DescMessage, DescService, MessageShape } from "@bufbuild/protobuf";
import { fromBinary, toBinary } from "@bufbuild/protobuf";

export interface MethodDefinition<I extends DescMessage, O extends DescMessage> {
  readonly path: string;
  readonly requestStream: boolean;
  readonly responseStream: boolean;
  requestSerialize(message: MessageShape<I>): Buffer;
  requestDeserialize(bytes: Uint8Array): MessageShape<I>;
  responseSerialize(message: MessageShape<O>): Buffer;
  responseDeserialize(bytes: Uint8Array): MessageShape<O>;
}

export type ServiceDefinition<S extends DescService> = {
  readonly [Name in keyof S["method"]]: MethodDefinition<S["method"][Name]["input"], S["method"][Name]["output"]>;
};

/** The methods of a service by their generated names, such as `generate`. */
export function serviceDefinition<S extends DescService>(service: S): ServiceDefinition<S> {
  const methods = Object.entries(service.method).map(([name, method]) => {
    const requestStream = method.methodKind === "client_streaming" || method.methodKind === "bidi_streaming";
    const responseStream = method.methodKind === "server_streaming" || method.methodKind === "bidi_streaming";
    const definition: MethodDefinition<DescMessage, DescMessage> = {
      path: `/${service.typeName}/${method.name}`,
      requestStream,
      responseStream,
      requestSerialize: (message) => bytesOf(method.input, message),
      requestDeserialize: (bytes) => fromBinary(method.input, bytes),
      responseSerialize: (message) => bytesOf(method.output, message),
      responseDeserialize: (bytes) => fromBinary(method.output, bytes),
    };
    return [name, definition];
  });
  return Object.fromEntries(methods) as ServiceDefinition<S>;
}

/** grpc wants a Buffer: a view of the same bytes, not a copy. */
function bytesOf<T extends DescMessage>(schema: T, message: MessageShape<T>): Buffer {
  const bytes = toBinary(schema, message);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
