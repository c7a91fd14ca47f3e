/** The forms of answers and events as the client libraries type them: test/contract/library-schemas.ts makes schemas of them. */
import type Anthropic from "@anthropic-ai/sdk";
import type OpenAI from "openai";

export type ChatCompletion = OpenAI.ChatCompletion;
export type ChatCompletionChunk = OpenAI.ChatCompletionChunk;
/** Whole, and each chunk of a stream. */
export type Completion = OpenAI.Completion;
export type Model = OpenAI.Model;
export type ErrorObject = OpenAI.ErrorObject;
export type Response = OpenAI.Responses.Response;
export type ResponseStreamEvent = OpenAI.Responses.ResponseStreamEvent;
export type ResponseItemList = OpenAI.Responses.ResponseItemList;
export type Message = Anthropic.Message;
export type MessageStreamEvent = Anthropic.RawMessageStreamEvent;
export type MessageError = Anthropic.ErrorResponse;
