package io.greenloop.process;

import java.io.InputStream;
import java.io.OutputStream;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** A child that counts how often somebody looks for what it has started, and how. */
final class CountedFamily extends Process {
  final AtomicInteger looks = new AtomicInteger();
  final AtomicInteger scans = new AtomicInteger();
  private final Process process;

  CountedFamily(Process process) {
    this.process = process;
  }

  @Override
  public Stream<ProcessHandle> descendants() {
    scans.incrementAndGet();
    return process.descendants();
  }

  @Override
  public OutputStream getOutputStream() {
    return process.getOutputStream();
  }

  @Override
  public InputStream getInputStream() {
    return process.getInputStream();
  }

  @Override
  public InputStream getErrorStream() {
    return process.getErrorStream();
  }

  @Override
  public int waitFor() throws InterruptedException {
    return process.waitFor();
  }

  @Override
  public int exitValue() {
    return process.exitValue();
  }

  @Override
  public void destroy() {
    process.destroy();
  }

  @Override
  public boolean isAlive() {
    return process.isAlive();
  }

  @Override
  public ProcessHandle toHandle() {
    looks.incrementAndGet();
    return process.toHandle();
  }

  @Override
  public long pid() {
    return process.pid();
  }

  @Override
  public CompletableFuture<Process> onExit() {
    return process.onExit();
  }
}
