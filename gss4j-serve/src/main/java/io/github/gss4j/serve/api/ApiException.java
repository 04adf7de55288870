package io.github.gss4j.serve.api;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.files.OneLine;

/** A request that is answered by an error, in OpenAI's form. */
public final class ApiException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final String param;
  private final String code;

  private ApiException(int status, String param, String code, String message) {
    super(OneLine.of(message), null, false, false);
    this.status = status;
    this.param = param;
    this.code = code;
  }

  /** A request that makes no sense: 400. */
  public static ApiException bad(String param, String message) {
    return new ApiException(400, param, "invalid_value", message);
  }

  /** A field that is wrong: what it is, and what was expected. */
  static ApiException wrong(String param, Object found, String expected) {
    return bad(param, "'" + param + "' is " + shown(found) + ", expected " + expected);
  }

  private static String shown(Object found) {
    String text = String.valueOf(found);
    return text.length() <= 80 ? text : text.substring(0, 80) + "…";
  }

  /**
   * Any other error.
   *
   * @param param the field; null where it is none
   * @param code a word for programs
   */
  public static ApiException of(int status, String param, String code, String message) {
    return new ApiException(status, param, code, message);
  }

  /** Its status in HTTP. */
  public int status() {
    return status;
  }

  /** Its form: {@code {"error": {"message", "type", "param", "code"}}}. */
  public ObjectNode toJson() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.putObject("error")
        .put("message", getMessage())
        .put("type", type())
        .put("param", param)
        .put("code", code);
    return json;
  }

  private String type() {
    return switch (status) {
      case 401 -> "authentication_error";
      case 403 -> "permission_error";
      case 429 -> "rate_limit_error";
      default -> status < 500 ? "invalid_request_error" : "server_error";
    };
  }
}
