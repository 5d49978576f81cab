package io.greenloop.internal.loop;

import io.greenloop.reactor.Completion;
import io.greenloop.reactor.Proactor;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.CompletionHandler;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One read or write of a file, in the memory of the caller: so a cancel waits for the call under
 * way. Loop room, but for what the JDK calls.
 */
final class FileOperation implements Proactor.Operation, CompletionHandler<Integer, Boolean> {
  private final String verb;
  private final AsynchronousFileChannel file;
  private final long begin;
  private final ByteBuffer memory;
  private final int start;
  private final Completion<Integer> completion;
  private final LoopCore loop;
  private final Consumer<String> roomCheck;
  private boolean cancelled;
  private boolean ended;

  FileOperation(
      String verb,
      AsynchronousFileChannel file,
      long begin,
      ByteBuffer memory,
      Completion<Integer> completion,
      LoopCore loop,
      Consumer<String> roomCheck) {
    if (begin < 0) {
      throw new IllegalArgumentException(verb + ": position = " + begin + " (expected 0 or more)");
    }
    this.verb = verb;
    this.file = file;
    this.begin = begin;
    this.memory = memory;
    this.completion = completion;
    this.loop = loop;
    this.roomCheck = roomCheck;
    start = memory.position();
  }

  Proactor.Operation read() {
    return begin(() -> file.read(memory, begin, false, this));
  }

  Proactor.Operation write() {
    return begin(this::writeRest);
  }

  private void writeRest() {
    file.write(memory, begin + memory.position() - start, true, this);
  }

  private Proactor.Operation begin(Runnable call) {
    loop.outsideJobs(+1);
    try {
      call.run();
    } catch (RuntimeException e) { // such as NonReadableChannelException
      loop.ready((Runnable) () -> end(new IOException(e.toString(), e), 0), null);
    }
    return this;
  }

  @Override
  public void completed(Integer count, Boolean writes) {
    loop.post((Runnable) () -> went(count, writes), null);
  }

  @Override
  public void failed(Throwable cause, Boolean writes) {
    IOException failure = cause instanceof IOException e ? e : new IOException(cause);
    loop.post((Runnable) () -> end(failure, 0), null);
  }

  private void went(int count, boolean writes) {
    if (cancelled) {
      end(new InterruptedIOException(verb + " on " + file + ": cancelled"), 0);
    } else if (writes && memory.hasRemaining()) {
      writeRestUnlessChanged();
    } else {
      end(null, writes ? memory.position() - start : count);
    }
  }

  private void writeRestUnlessChanged() {
    try {
      writeRest();
    } catch (RuntimeException e) { // such as memory that has ended
      end(new IOException(verb + " on " + file + ": the buffer was changed meanwhile", e), 0);
    }
  }

  private void end(@Nullable IOException failure, int count) {
    ended = true;
    loop.outsideJobs(-1);
    if (failure != null) {
      completion.failed(failure);
    } else {
      completion.completed(count);
    }
  }

  @Override
  public boolean cancel() {
    roomCheck.accept("cancel");
    boolean first = !cancelled && !ended;
    cancelled = true;
    return first;
  }
}
