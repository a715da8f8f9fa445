/** Which finished sentences of answers have not been read out yet; of a failed one, the reason. */
import type { Notice, Transcript } from "@/chat/transcript";
import type { Message } from "@/wire/frames";

export interface Announcement {
  readonly id: number;
  readonly text: string;
}

interface Words {
  /** A text without its marks, once it is known how. */
  plain(markdown: string): string;
  failure(message: Message, told: Notice | undefined): string;
}

export class Announcements {
  readonly #segmenter: Intl.Segmenter;
  readonly #words: Words;
  /**
   * How many sentences of each answer were read, by the message it answers. Not how many letters:
   * a mark that turns out to be one changes their number.
   */
  readonly #read = new Map<string, number>();
  #lastSeq = 0;
  #lastId = 0;
  #begun = false;

  constructor(language: string, words: Words) {
    this.#segmenter = new Intl.Segmenter(language, { granularity: "sentence" });
    this.#words = words;
  }

  take({ messages, writing, failures, lastSeq }: Transcript, ready: boolean): Announcement[] {
    if (!this.#begun) {
      this.#begun = ready;
      this.#lastSeq = lastSeq;
      return [];
    }
    const finished = messages.filter(({ seq, role }) => seq > this.#lastSeq && role === "assistant");
    this.#lastSeq = lastSeq;
    return [
      ...finished.flatMap((message) => this.#finish(message, failures.get(message.reply_to ?? ""))),
      ...[...writing].flatMap(([replyTo, { text }]) => this.#readOn(replyTo, text, false)),
    ];
  }

  #finish(message: Message, told: Notice | undefined): Announcement[] {
    const replyTo = message.reply_to ?? message.id; // a notice answers nothing
    if (message.status !== "failed") return this.#readOn(replyTo, message.content, true);
    this.#read.delete(replyTo); // tried again, it is another answer
    return this.#say(this.#words.failure(message, told));
  }

  #readOn(replyTo: string, text: string, whole: boolean): Announcement[] {
    const plain = this.#words.plain(text);
    const sentences = Array.from(this.#segmenter.segment(plain), ({ segment }) => segment);
    // The last sentence of an unfinished text may go on.
    const ready = whole ? sentences.length : sentences.length - 1;
    const from = this.#read.get(replyTo) ?? 0;
    if (ready <= from) return [];
    this.#read.set(replyTo, ready);
    return this.#say(sentences.slice(from, ready).join(""));
  }

  #say(text: string): Announcement[] {
    if (text.trim() === "") return [];
    this.#lastId += 1;
    return [{ id: this.#lastId, text: text.trim() }];
  }
}
