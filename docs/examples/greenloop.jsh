// A start-up script for jshell: a prompt that may wait, as Python's `python -m asyncio`.
//
//   jshell --class-path greenloop-runtime.jar --startup greenloop.jsh
//
// A loop runs beside the prompt. `await(() -> …)` runs code as a task of it and gives the result;
// `start(() -> …)` lets it go on in the background, and `await(it)` waits for it later.

import io.greenloop.*;
import io.greenloop.sync.*;
import io.greenloop.sync.Queue;
import java.time.Duration;
import java.util.*;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import static io.greenloop.Aio.*;
import static java.time.Duration.*;

EventLoop loop = EventLoop.create(LoopOptions.defaults().withName("jshell"));
Thread.ofPlatform().daemon().name("jshell loop").start(loop::runForever);

<T> CompletableFuture<T> start(Callable<T> body) {
  return loop.submit(body);
}

<T> T await(CompletableFuture<T> started) throws Throwable {
  try {
    return started.get();
  } catch (ExecutionException failed) {
    throw failed.getCause();
  }
}

<T> T await(Callable<T> body) throws Throwable {
  return await(start(body));
}

<T> T await(LoopFuture<T> future) throws Throwable {
  return await(() -> future.join());
}
