package io.github.gss4j.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.gss4j.serve.http.Access;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.Keys;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.support.ui.WebDriverWait;

/** The page at {@code /} in a real Chromium, by keys and pointer, over a tiny model. */
class PageTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Dimension DESK = new Dimension(1280, 900);
  private static final Dimension PHONE = new Dimension(500, 900); // Chromium's narrowest window

  private static ChromeDriver browser;
  private static Path downloads;

  @TempDir Path directory;
  private Serving serving;

  @BeforeAll
  static void openBrowser(@TempDir Path files) {
    downloads = files;
    ChromeOptions options = new ChromeOptions();
    options.setBinary(System.getProperty("chromium", "/usr/bin/chromium"));
    options.addArguments("--headless=new", "--no-sandbox", "--disable-dev-shm-usage");
    options.setExperimentalOption("prefs", Map.of("download.default_directory", files.toString()));
    ChromeDriverService service =
        new ChromeDriverService.Builder()
            .usingDriverExecutable(
                Path.of(System.getProperty("chromedriver", "/usr/bin/chromedriver")).toFile())
            .build();
    browser = new ChromeDriver(service, options);
  }

  @AfterAll
  static void closeBrowser() {
    browser.quit();
  }

  @BeforeEach
  void open() {
    open(Access.DEFAULT);
  }

  private void open(Access access) {
    close();
    serving = Serving.start(directory, Serving.options().with(access));
    browser.manage().window().setSize(DESK);
    browser.get(serving.server.url() + "/");
    until(() -> !find("#model").getText().equals("…"));
  }

  @AfterEach
  void close() {
    if (serving != null) {
      serving.close();
      serving = null;
    }
  }

  @Test
  void writesOnFromATextByKeysAlone() {
    write("public class Größe {\n");
    assertThat(yours()).isEqualTo("public class Größe {\n");
    assertThat(count("#paper .model")).isPositive();
    assertThat(find("#status").getText()).contains("20 tokens", "as many as asked for");
    assertThat(find("#error").isDisplayed()).isFalse();
  }

  @Test
  void showsWhatTheServerWritesCharacterByCharacterOrNot() {
    set("seed", "7");
    set("max_tokens", "200");
    write("a"); // random bytes: parts of characters, and many that are none
    JsonNode whole =
        serving
            .complete(
                """
                {"prompt": "a", "max_tokens": 200, "seed": 7, "temperature": 0.8, "top_p": 0.95}""")
            .json();
    String expected = whole.path("choices").path(0).path("text").asText();
    assertThat(script("return document.querySelector('#paper').textContent.slice(1)"))
        .isEqualTo(expected);
  }

  @Test
  void aTokenHasItsAlternativesAndOneOfThemMakesAFork() {
    write("if (a");
    int before = count("#forks [role=treeitem]");
    focus("paper");
    keys(Keys.ARROW_LEFT, Keys.ARROW_LEFT, Keys.ARROW_LEFT);
    assertThat(find("#alternatives").isDisplayed()).isTrue();
    List<WebElement> alternatives = browser.findElements(By.cssSelector("#alternatives li button"));
    assertThat(alternatives).hasSizeBetween(5, 6);
    int other = firstOther(alternatives);
    for (int i = 0; i <= other; i++) {
      keys(Keys.ARROW_DOWN);
    }
    keys(Keys.ENTER);
    until(() -> count("#forks [role=treeitem]") == before + 2);
    waitUntilWritten();
    assertThat(find("#error").isDisplayed()).isFalse();
  }

  private static int firstOther(List<WebElement> alternatives) {
    for (int i = 0; i < alternatives.size(); i++) {
      String classes = alternatives.get(i).getDomAttribute("class");
      if ((classes == null || !classes.contains("taken")) && alternatives.get(i).isEnabled()) {
        return i;
      }
    }
    throw new AssertionError("all alternatives are parts of characters");
  }

  @Test
  void goesOnFromAnyPlaceAsTheServerDoesFromTheWholeText() {
    set("temperature", "0");
    set("logit_bias", "{\"97\": 100}"); // writes a, always
    write("one two");
    focus("paper");
    keys(Keys.HOME, Keys.ARROW_RIGHT, Keys.ARROW_RIGHT, Keys.ENTER); // after "one"
    until(() -> text().equals("one"));
    set("logit_bias", "");
    write(" three");
    String prompt = yours();
    assertThat(prompt).isEqualTo("one three");
    JsonNode whole =
        serving
            .complete("{\"prompt\": \"one three\", \"max_tokens\": 20, \"temperature\": 0}")
            .json();
    assertThat(text()).isEqualTo(prompt + whole.path("choices").path(0).path("text").asText());
  }

  @Test
  void severalTextsAtOnceAreForks() {
    set("n", "3");
    write("x = ");
    assertThat(count("#forks [role=treeitem]")).isEqualTo(4);
  }

  @Test
  void escapeStopsAndFreesTheRow() {
    set("max_tokens", "100000");
    type("while (true)");
    keys(Keys.chord(Keys.CONTROL, Keys.ENTER));
    until(() -> count("#paper .model") > 5);
    keys(Keys.ESCAPE);
    waitUntilWritten();
    assertThat(find("#status").getText()).contains("stopped");
    until(() -> serving.metric("gss_rows") == 0);
  }

  @Test
  void aKeptStateIsContinuedAndComesBackFromAFile() throws IOException {
    write("remember this");
    keys(Keys.chord(Keys.ALT, "k"));
    until(() -> count("#states li") == 1);
    find("#states li button:nth-of-type(2)").click();
    until(() -> !downloaded().isEmpty());
    Path file = downloaded().get(0);
    find("#states li button:nth-of-type(3)").click();
    until(() -> count("#states li") == 0);
    find("#load").sendKeys(file.toString());
    until(() -> count("#states li") == 1);
    find("#states li button:nth-of-type(1)").click();
    write("");
    assertThat(count("#paper .model")).isPositive();
    assertThat(count("#paper .you")).isZero();
    Files.delete(file);
  }

  private static List<Path> downloaded() {
    try (var files = Files.list(downloads)) {
      return files.filter(f -> f.toString().endsWith(".safetensors")).toList();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void textsAreThereAfterAReload() {
    write("stay");
    String before = text();
    browser.navigate().refresh();
    until(() -> text().equals(before));
    write(" on");
    assertThat(text()).startsWith(before + " on");
  }

  @Test
  void aServerThatForgotAStateReadsTheTextAgain() {
    write("forget ");
    for (JsonNode state : serving.get("/v1/states").json().path("data")) {
      serving.send(serving.request("/v1/states/" + state.path("id").asText()).DELETE());
    }
    String before = text();
    write("it");
    assertThat(text()).startsWith(before + "it");
    assertThat(find("#error").isDisplayed()).isFalse();
  }

  @Test
  void theCodeShownIsARequestThatTheServerTakes() throws IOException {
    find("#code-card summary").click();
    type("it's \"quoted\"");
    String curl = find("#code").getText();
    String body = curl.substring(curl.indexOf("-d '") + 4, curl.length() - 1).replace("'\\''", "'");
    assertThat(JSON.readTree(body).path("prompt").asText()).isEqualTo("it's \"quoted\"");
    assertThat(serving.complete(body).status()).isEqualTo(200);
  }

  @Test
  void whatTheServerRefusesIsSaidInItsWords() {
    set("logit_bias", "{\"9999\": 1}");
    type("a");
    keys(Keys.chord(Keys.CONTROL, Keys.ENTER));
    until(() -> find("#error").isDisplayed());
    assertThat(find("#error").getText()).contains("logit_bias");
  }

  @Test
  void asksForAKeyWhereTheServerDoes() {
    close();
    serving = Serving.start(directory, Serving.options().with(Access.DEFAULT.withApiKey("secret")));
    browser.get(serving.server.url() + "/");
    until(() -> find("#key").isDisplayed());
    find("#key-field").sendKeys("secret", Keys.ENTER);
    until(() -> find("#model").getText().equals("tiny"));
    write("open");
    assertThat(count("#paper .model")).isPositive();
  }

  @Test
  void fitsAPhone() throws IOException {
    write("public static void main(String[] arguments) throws InterruptedException {");
    browser.manage().window().setSize(PHONE);
    assertThat((Long) script("return document.documentElement.scrollWidth - window.innerWidth"))
        .isNotPositive();
    screenshot("phone.png");
  }

  @Test
  void keepsToItsOwnServer() {
    Object others =
        script(
            "return performance.getEntriesByType('resource').map(e => new URL(e.name).origin)"
                + ".filter(o => o !== location.origin)");
    assertThat(others).isEqualTo(List.of());
  }

  /** Types a text and has the model write on, 20 tokens unless something else is set. */
  private void write(String text) {
    type(text);
    keys(Keys.chord(Keys.CONTROL, Keys.ENTER));
    until(() -> !find("#write").isEnabled() || !find("#status").getText().isEmpty());
    waitUntilWritten();
  }

  private void type(String text) {
    if (script("return document.querySelector('#set-max_tokens').value").equals("200")
        && script("return document.querySelector('#set-seed').value").equals("")) {
      set("max_tokens", "20");
    }
    WebElement field = find("#more");
    field.clear();
    field.sendKeys(text);
  }

  private static void waitUntilWritten() {
    until(() -> find("#write").isEnabled());
  }

  private static void set(String setting, String value) {
    WebElement field = find("#set-" + setting);
    field.clear();
    field.sendKeys(value);
  }

  private static void focus(String id) {
    script("document.getElementById('" + id + "').focus()");
  }

  private static void keys(CharSequence... keys) {
    for (CharSequence key : keys) {
      browser.switchTo().activeElement().sendKeys(key);
    }
  }

  private static String text() {
    return (String) script("return document.querySelector('#paper').textContent");
  }

  private static String yours() {
    return (String)
        script(
            "return [...document.querySelectorAll('#paper .you')].map(s => s.textContent).join('')");
  }

  private static int count(String selector) {
    return browser.findElements(By.cssSelector(selector)).size();
  }

  private static WebElement find(String selector) {
    return browser.findElement(By.cssSelector(selector));
  }

  private static Object script(String script) {
    return browser.executeScript(script);
  }

  private static void until(BooleanSupplier holds) {
    new WebDriverWait(browser, Duration.ofSeconds(20))
        .ignoring(org.openqa.selenium.StaleElementReferenceException.class)
        .until(b -> holds.getAsBoolean());
  }

  private static void screenshot(String name) throws IOException {
    Path directory = Files.createDirectories(Path.of("target", "page"));
    Files.write(directory.resolve(name), browser.getScreenshotAs(OutputType.BYTES));
  }
}
