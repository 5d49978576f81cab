package io.greenloop.net;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;

/** What went wrong with TLS, on which connection, in words that say what to look at. */
final class TlsErrors {
  private static final Pattern ALERT = Pattern.compile("Received fatal alert: (\\w+)");
  private static final Pattern ALERT_IN_FRONT = Pattern.compile("^\\(\\w+\\) ");

  private TlsErrors() {}

  static IOException handshakeTooLong(String name, TlsOptions options) {
    return new ConnectionAbortedException(
        handshake(name) + "not done within " + text(options.handshakeTimeout()), null);
  }

  static IOException shutdownTooLong(String name, TlsOptions options) {
    return new ConnectionAbortedException(
        "close of "
            + name
            + ": the other side did not answer TLS's close_notify within "
            + text(options.shutdownTimeout()),
        null);
  }

  static IOException cutInHandshake(String name) {
    return new ConnectionResetException(
        handshake(name) + "the other side ended the connection", null);
  }

  static IOException truncated(String name) {
    return new TlsTruncationException(
        "read on "
            + name
            + ": the connection ended without TLS's close_notify; what was read may be cut off");
  }

  static IOException outputClosed(String name) {
    return new BrokenPipeException(
        "write on " + name + ": the other side has ended TLS", new IOException("close_notify"));
  }

  static SSLException noTls(String name, byte[] beginning) {
    return new SSLException(
        handshake(name)
            + "the other side does not speak TLS; it began with "
            + printable(beginning));
  }

  /** There was no engine, or its work failed. */
  static IOException noEngine(String name, Throwable cause) {
    return new SSLException(handshake(name) + cause.getMessage(), cause);
  }

  /** {@code error} of {@code verb}, with the connection's name and what is known about it. */
  static IOException explained(String verb, String name, TlsOptions options, IOException error) {
    String said = error.getMessage();
    if (!(error instanceof SSLException) || (said != null && said.contains(name))) {
      return error;
    }
    String text = verb + " on " + name + ": " + reason(options, error);
    if (error instanceof SSLHandshakeException) {
      var explained = new SSLHandshakeException(text);
      explained.initCause(error);
      return explained;
    }
    return new SSLException(text, error);
  }

  private static String reason(TlsOptions options, IOException error) {
    String said = String.valueOf(error.getMessage());
    Matcher alert = ALERT.matcher(said);
    if (alert.find()) {
      return "the other side refused: " + alert.group(1) + hint(alert.group(1));
    }
    String detail = ALERT_IN_FRONT.matcher(said).replaceFirst("");
    if (has(CertificateExpiredException.class, error)) {
      return "the certificate of the other side has expired: " + detail;
    }
    if (has(CertificateNotYetValidException.class, error)) {
      return "the certificate of the other side is not valid yet: " + detail;
    }
    if (has(CertPathBuilderException.class, error)) {
      return "the certificate of the other side is not trusted: " + detail;
    }
    if (error.getCause() instanceof CertificateException && options.isClient()) {
      return "the certificate of the other side is not accepted: " + detail;
    }
    Throwable cause = error.getCause();
    boolean saysMore = cause != null && !detail.contains(String.valueOf(cause.getMessage()));
    return saysMore ? detail + ": " + cause : detail;
  }

  private static String hint(String alert) {
    return switch (alert) {
      case "certificate_required" -> " (it wants a certificate of ours)";
      case "bad_certificate", "certificate_unknown", "unknown_ca", "certificate_expired" ->
          " (it does not accept our certificate)";
      case "protocol_version" -> " (no version of TLS in common)";
      case "handshake_failure" -> " (no cipher suite or key in common, or no certificate of ours)";
      case "no_application_protocol" -> " (no application protocol in common)";
      case "unrecognized_name" -> " (it does not know the server name)";
      default -> "";
    };
  }

  private static boolean has(Class<? extends Throwable> type, Throwable error) {
    for (@Nullable Throwable t = error; t != null; t = t.getCause()) {
      if (type.isInstance(t)) {
        return true;
      }
    }
    return false;
  }

  private static String handshake(String name) {
    return "TLS handshake on " + name + ": ";
  }

  private static String text(Duration limit) {
    return limit.toMillis() % 1000 == 0 ? limit.toSeconds() + " s" : limit.toMillis() + " ms";
  }

  private static String printable(byte[] bytes) {
    return '"'
        + new String(bytes, StandardCharsets.ISO_8859_1).replaceAll("[^\\x20-\\x7e]", ".")
        + '"';
  }
}
