// What Python wishes for, against what the learner chose meanwhile.
//
// Python repeats its wish with every run, and makes the learner's choices its wishes a moment
// later, when the learner may have gone on. Only a wish that is neither moves the learner.

const MOST = 1000; // choices that may wait for Python: a key held down makes thirty a second

export class Wishes {
  /** @type {any} */
  wish = null; // the last one
  /** @type {string[]} */
  sent = []; // choices that have not come back as wishes yet, as text

  /**
   * Hear a wish; whether it is new, and no answer to a choice.
   * @param {any} wish
   */
  isNew(wish) {
    const words = JSON.stringify(wish), same = words === JSON.stringify(this.wish);
    const answered = this.sent.indexOf(words);
    this.sent.splice(0, answered + 1);
    this.wish = wish;
    return answered < 0 && !same;
  }

  /**
   * A choice as Python gets it, with the wish that it answers.
   * @param {any} value
   */
  answer(value) {
    this.sent.push(JSON.stringify(value));
    if (this.sent.length > MOST) this.sent.shift();
    return { value, asked: this.wish };
  }
}
