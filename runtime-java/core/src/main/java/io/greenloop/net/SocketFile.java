package io.greenloop.net;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The file by which a Unix socket that we listen on is found. */
final class SocketFile {
  private static final int TYPE = 0170000; // S_IFMT
  private static final int SOCKET = 0140000; // S_IFSOCK

  private final Path path;
  private final @Nullable Object identity;

  private SocketFile(Path path, @Nullable Object identity) {
    this.path = path;
    this.identity = identity;
  }

  /**
   * Removes what a server has left behind that did not end well, so that {@code address} can be
   * bound.
   *
   * @throws BindException if a server listens there, or the file is no socket
   */
  static void clear(UnixDomainSocketAddress address) throws IOException {
    Path path = address.getPath();
    if (path.toString().isEmpty() || !Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    if (!isSocket(path)) {
      throw new BindException("address in use: there is a file, and it is no socket");
    }
    if (isListenedOn(address)) {
      throw new BindException("address in use: a server listens there");
    }
    Files.deleteIfExists(path);
  }

  private static boolean isSocket(Path path) throws IOException {
    try {
      int mode = (int) Files.getAttribute(path, "unix:mode");
      return (mode & TYPE) == SOCKET;
    } catch (NoSuchFileException e) { // a link that leads nowhere
      return false;
    } catch (UnsupportedOperationException | IllegalArgumentException e) {
      return Files.readAttributes(path, BasicFileAttributes.class).isOther();
    }
  }

  private static boolean isListenedOn(UnixDomainSocketAddress address) {
    try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      probe.configureBlocking(false);
      probe.connect(address);
      return true;
    } catch (ConnectException refused) {
      return false;
    } catch (IOException e) { // its backlog is full, or we may not connect
      return true;
    }
  }

  /** The file of a socket that has just been bound to {@code address}; null if there is none. */
  static @Nullable SocketFile of(UnixDomainSocketAddress address) throws IOException {
    Path path = address.getPath();
    return path.toString().isEmpty() ? null : new SocketFile(path, identityOf(path));
  }

  private static @Nullable Object identityOf(Path path) throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
        .fileKey();
  }

  /** Removes it, unless another file stands in its place by now. */
  void remove() {
    try {
      if (Objects.equals(identity, identityOf(path))) {
        Files.deleteIfExists(path);
      }
    } catch (NoSuchFileException e) {
      // Somebody was faster.
    } catch (IOException e) {
      System.getLogger("io.greenloop")
          .log(System.Logger.Level.WARNING, "cannot remove the socket file " + path, e);
    }
  }
}
